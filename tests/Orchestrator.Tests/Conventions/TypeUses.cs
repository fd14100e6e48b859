using System.Reflection;
using System.Reflection.Emit;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace Orchestrator.Tests.Conventions;

/// <summary>One file that uses a type of another file of the library.</summary>
internal readonly record struct TypeUse(string File, string Type, string TypeFile);

/// <summary>
/// Which file of the library uses types of which, read from the compiled assembly: its metadata and IL say what is used, its symbols say in
/// which file. So it does not matter how a type is named in the source, or whether it is named at all. Not seen: what the compiler replaces
/// by its value (constants, members of enumerations, <c>nameof</c>); <see cref="LayerTests"/> looks for constants and members in the text.
/// </summary>
internal sealed class TypeUses : IDisposable
{
    private const string SourceFolder = "/src/Orchestrator/";
    private static readonly Guid TypeDocuments = new("932E74BC-DBA9-4478-8D46-0F32A7BAB3D3");
    private static readonly Dictionary<int, OpCode> OpCodesByValue = typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(f => (OpCode)f.GetValue(null)!).ToDictionary(code => (int)(ushort)code.Value);

    private readonly PEReader _image;
    private readonly MetadataReaderProvider _symbolsProvider;
    private readonly MetadataReader _reader, _symbols;
    private readonly Dictionary<TypeDefinitionHandle, string> _files = [];
    private readonly HashSet<TypeUse> _uses = [];
    private readonly Collector _collector;

    public TypeUses(string assembly)
    {
        _image = new PEReader(File.OpenRead(assembly));
        if (!_image.TryOpenAssociatedPortablePdb(assembly, File.OpenRead, out var symbols, out _))
            throw new InvalidOperationException($"There are no symbols for {assembly}; build with DebugType portable or embedded.");
        _symbolsProvider = symbols!;
        (_reader, _symbols) = (_image.GetMetadataReader(), _symbolsProvider.GetMetadataReader());
        _collector = new Collector(_reader);
        foreach (var type in _reader.TypeDefinitions)
        {
            if (OuterFileOf(type) is { } file)
                _files[type] = file;
        }
    }

    /// <summary>The files of all types, by the name of the type.</summary>
    public ILookup<string, string> Files => _files.Where(f => _reader.GetTypeDefinition(f.Key).GetDeclaringType().IsNil)
        .ToLookup(f => NameOf(f.Key), f => f.Value);

    /// <summary>Reads all uses of types of other files.</summary>
    public IReadOnlyCollection<TypeUse> Read()
    {
        foreach (var handle in _reader.TypeDefinitions)
        {
            if (FileOf(handle) is { } file)
                ReadType(_reader.GetTypeDefinition(handle), file);
        }

        return _uses;
    }

    public void Dispose()
    {
        _symbolsProvider.Dispose();
        _image.Dispose();
    }

    private void ReadType(TypeDefinition type, string file)
    {
        _collector.Add(type.BaseType);
        foreach (var implemented in type.GetInterfaceImplementations())
            _collector.Add(_reader.GetInterfaceImplementation(implemented).Interface);
        AddAttributes(type.GetCustomAttributes());
        AddConstraints(type.GetGenericParameters());
        foreach (var field in type.GetFields())
        {
            _collector.Add(field);
            AddAttributes(_reader.GetFieldDefinition(field).GetCustomAttributes());
        }

        foreach (var property in type.GetProperties())
            AddAttributes(_reader.GetPropertyDefinition(property).GetCustomAttributes());
        Flush(file);
        foreach (var method in type.GetMethods())
            ReadMethod(method, FileOf(method) ?? file);
    }

    private void ReadMethod(MethodDefinitionHandle handle, string file)
    {
        var method = _reader.GetMethodDefinition(handle);
        _collector.Add(handle);
        AddAttributes(method.GetCustomAttributes());
        AddConstraints(method.GetGenericParameters());
        foreach (var parameter in method.GetParameters())
            AddAttributes(_reader.GetParameter(parameter).GetCustomAttributes());
        if (method.RelativeVirtualAddress != 0)
            ReadBody(_image.GetMethodBody(method.RelativeVirtualAddress));
        Flush(file);
    }

    private void ReadBody(MethodBodyBlock body)
    {
        if (!body.LocalSignature.IsNil)
            _reader.GetStandaloneSignature(body.LocalSignature).DecodeLocalSignature(_collector, null);
        foreach (var region in body.ExceptionRegions)
        {
            if (!region.CatchType.IsNil)
                _collector.Add(region.CatchType);
        }

        var il = body.GetILReader();
        while (il.RemainingBytes > 0)
        {
            int value = il.ReadByte();
            if (value == 0xfe)
                value = 0xfe00 | il.ReadByte();
            switch (OpCodesByValue[value].OperandType)
            {
                case OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineTok or OperandType.InlineType:
                    _collector.Add(MetadataTokens.EntityHandle(il.ReadInt32()));
                    break;
                case OperandType.InlineSwitch:
                    for (var targets = il.ReadInt32(); targets > 0; targets--)
                        il.ReadInt32();
                    break;
                case OperandType.InlineNone:
                    break;
                case OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar:
                    il.ReadByte();
                    break;
                case OperandType.InlineVar:
                    il.ReadInt16();
                    break;
                case OperandType.InlineI8 or OperandType.InlineR:
                    il.ReadInt64();
                    break;
                default:
                    il.ReadInt32();
                    break;
            }
        }
    }

    private void AddAttributes(CustomAttributeHandleCollection attributes)
    {
        foreach (var attribute in attributes)
            _collector.Add(_reader.GetCustomAttribute(attribute).Constructor);
    }

    private void AddConstraints(GenericParameterHandleCollection parameters)
    {
        foreach (var parameter in parameters)
        {
            foreach (var constraint in _reader.GetGenericParameter(parameter).GetConstraints())
                _collector.Add(_reader.GetGenericParameterConstraint(constraint).Type);
        }
    }

    private void Flush(string file)
    {
        foreach (var type in _collector.Take())
        {
            if (FileOf(type) is { } other && other != file)
                _uses.Add(new TypeUse(file, NameOf(Outermost(type)), other));
        }
    }

    private string? FileOf(TypeDefinitionHandle type) => _files.GetValueOrDefault(Outermost(type));

    private string? FileOf(MethodDefinitionHandle method)
    {
        var information = _symbols.GetMethodDebugInformation(method.ToDebugInformationHandle());
        return information.Document.IsNil ? null : FileOf(information.Document);
    }

    /// <summary>A file of the library itself, as its path within the project; null for what a generator wrote.</summary>
    private string? FileOf(DocumentHandle document)
    {
        var path = _symbols.GetString(_symbols.GetDocument(document).Name).Replace('\\', '/');
        var start = path.LastIndexOf(SourceFolder, StringComparison.Ordinal);
        return start < 0 || path.AsSpan(start + SourceFolder.Length).StartsWith("obj/") ? null : path[(start + SourceFolder.Length)..];
    }

    /// <summary>The file of an outermost type: that of its first method, or that which the symbols name for a type without code.</summary>
    private string? OuterFileOf(TypeDefinitionHandle handle)
    {
        var type = _reader.GetTypeDefinition(handle);
        foreach (var method in type.GetMethods())
        {
            if (FileOf(method) is { } file)
                return file;
        }

        foreach (var information in _symbols.GetCustomDebugInformation(handle).Select(_symbols.GetCustomDebugInformation))
        {
            if (_symbols.GetGuid(information.Kind) != TypeDocuments)
                continue;
            for (var documents = _symbols.GetBlobReader(information.Value); documents.RemainingBytes > 0;)
            {
                if (FileOf(MetadataTokens.DocumentHandle(documents.ReadCompressedInteger())) is { } file)
                    return file;
            }
        }

        return type.GetNestedTypes().Select(OuterFileOf).FirstOrDefault(f => f is not null);
    }

    private TypeDefinitionHandle Outermost(TypeDefinitionHandle type)
    {
        while (_reader.GetTypeDefinition(type).GetDeclaringType() is { IsNil: false } outer)
            type = outer;
        return type;
    }

    private string NameOf(TypeDefinitionHandle type)
    {
        var name = _reader.GetString(_reader.GetTypeDefinition(type).Name);
        return name.Contains('`', StringComparison.Ordinal) ? name[..name.IndexOf('`', StringComparison.Ordinal)] : name;
    }
}
