namespace Orchestrator.DependencyInjection;

internal static class ProviderSettings
{
    public static IReadOnlyList<ProviderEntry> ReadAll(SettingsReader owner)
    {
        var entries = new List<ProviderEntry>();
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var reader in owner.Sections("Providers"))
        {
            var name = reader.RequiredText("Name");
            if (name is not null && !names.TryAdd(name, reader.PathOf("Name")))
                reader.Problem(Messages.SameName(names[name], reader.PathOf("Name")));
            if (Read(reader, name ?? "unnamed") is { } entry)
                entries.Add(entry);
        }

        return entries;
    }

    private static ProviderEntry? Read(SettingsReader reader, string name)
    {
        var options = new ProviderOptions
        {
            Aliases = reader.Texts("Aliases"),
            Timeouts = TimeoutSettings.Read(reader),
            Price = PriceSettings.ReadPriceOf(reader),
            MaxConcurrency = reader.WholeNumber("MaxConcurrency", least: 1),
            QueueLimit = reader.WholeNumber("QueueLimit", least: 0) ?? ProviderOptions.Default.QueueLimit,
        };

        // For an unknown type the valid keys are not known.
        if (reader.RequiredText("Type", ProviderTypes.Expected) is not { } type)
            return null;
        if (!ProviderTypes.ByName.TryGetValue(type, out var read))
        {
            reader.Refuse("Type", ProviderTypes.Expected, ProviderTypes.HintFor(type), ProviderTypes.Words);
            return null;
        }

        var create = read(reader, name);
        reader.RefuseUnknownKeys();
        return new ProviderEntry(reader.Path, create, options, LeaveOpen: false) { FromSettings = true };
    }
}
