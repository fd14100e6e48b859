using System.Text.Json;

namespace Orchestrator.Snippets;

/// <summary>The assemblies that a package brings into a console application, read from the restored graph of this project.</summary>
public sealed class PackageGraph : IDisposable
{
    /// <summary>The packages of this repository are projects here; their assemblies lie beside this one.</summary>
    private static readonly Dictionary<string, string> Ours = new(StringComparer.OrdinalIgnoreCase)
    {
        ["MultiLlmOrchestrator"] = "Orchestrator.dll",
        ["MultiLlmOrchestrator.Testing"] = "Orchestrator.Testing.dll",
    };

    private readonly JsonDocument _assets;
    private readonly Dictionary<string, JsonProperty> _libraries = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Reads the graph that was restored for a project.</summary>
    public PackageGraph(string assetsFile)
    {
        _assets = JsonDocument.Parse(File.ReadAllText(assetsFile));
        foreach (var library in _assets.RootElement.GetProperty("targets").EnumerateObject().First().Value.EnumerateObject())
            _libraries[library.Name.Split('/')[0]] = library;
    }

    /// <summary>Files of the package and of all it depends on, by the simple names of the assemblies.</summary>
    /// <exception cref="ArgumentException">The project does not reference the package.</exception>
    public IReadOnlyDictionary<string, string> AssembliesOf(IEnumerable<string> packages)
    {
        var files = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var visited = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var package in packages)
        {
            if (!_libraries.ContainsKey(package))
                throw new ArgumentException($"Package {package} is named on a page: add it to Orchestrator.Snippets.csproj.");
            Visit(package, visited, files);
        }

        return files;
    }

    /// <inheritdoc/>
    public void Dispose() => _assets.Dispose();

    private void Visit(string name, HashSet<string> visited, Dictionary<string, string> files)
    {
        // What the framework has is pruned from the graph.
        if (!visited.Add(name) || !_libraries.TryGetValue(name, out var library))
            return;
        foreach (var file in FilesOf(library))
            files[Path.GetFileNameWithoutExtension(file)] = file;
        if (!library.Value.TryGetProperty("dependencies", out var dependencies))
            return;
        foreach (var dependency in dependencies.EnumerateObject())
            Visit(dependency.Name, visited, files);
    }

    private IEnumerable<string> FilesOf(JsonProperty library)
    {
        if (Ours.TryGetValue(library.Name.Split('/')[0], out var assembly))
            return [Path.Combine(AppContext.BaseDirectory, assembly)];
        if (!library.Value.TryGetProperty("compile", out var compile))
            return [];
        var path = _assets.RootElement.GetProperty("libraries").GetProperty(library.Name).GetProperty("path").GetString()!;
        var folders = _assets.RootElement.GetProperty("packageFolders").EnumerateObject().Select(folder => folder.Name).ToList();
        return compile.EnumerateObject()
            .Where(asset => asset.Name.EndsWith(".dll", StringComparison.Ordinal))
            .Select(asset => folders.Select(folder => Path.Combine(folder, path, asset.Name)).First(File.Exists));
    }
}
