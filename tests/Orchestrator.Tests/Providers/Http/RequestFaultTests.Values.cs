using System.Collections;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Microsoft.Extensions.AI;
using Orchestrator.Providers;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Providers.Http;

/// <summary>Values that cannot be written, and options that cannot be copied.</summary>
public partial class RequestFaultTests
{
    public sealed class Knot
    {
        public Knot Self => this;
    }

    public sealed class Link(object? inner)
    {
        public object? Inner => inner;
    }

    public sealed class Getter(Func<string> value)
    {
        public string Value => value();
    }

    [JsonConverter(typeof(BadConverter))]
    public sealed class Converted;

    public sealed class BadConverter : JsonConverter<Converted>
    {
        public override Converted Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            throw new NotSupportedException();

        public override void Write(Utf8JsonWriter writer, Converted value, JsonSerializerOptions options) =>
            throw new NotImplementedException(Canary);
    }

    /// <summary>A type the serializer refuses.</summary>
    public sealed class Unlisted
    {
        public Type Type => typeof(Unlisted);
    }

    private sealed class Tool(Func<string> name, JsonElement schema) : AIFunctionDeclaration
    {
        public override string Name => name();

        public override JsonElement JsonSchema => schema;
    }

    private sealed class Uncopied : ChatOptions
    {
        public override ChatOptions Clone() => throw new InvalidOperationException(Canary);
    }

    /// <summary>A list that says it has an element and throws when it is asked for it.</summary>
    private sealed class BadList<T> : IList<T>
    {
        public int Count => 1;

        public bool IsReadOnly => true;

        public T this[int index]
        {
            get => throw new InvalidOperationException(Canary);
            set => throw new InvalidOperationException(Canary);
        }

        public void Add(T item) => throw new InvalidOperationException(Canary);

        public void Clear() => throw new InvalidOperationException(Canary);

        public bool Contains(T item) => throw new InvalidOperationException(Canary);

        public void CopyTo(T[] array, int arrayIndex) => throw new InvalidOperationException(Canary);

        public IEnumerator<T> GetEnumerator() => throw new InvalidOperationException(Canary);

        public int IndexOf(T item) => throw new InvalidOperationException(Canary);

        public void Insert(int index, T item) => throw new InvalidOperationException(Canary);

        public bool Remove(T item) => throw new InvalidOperationException(Canary);

        public void RemoveAt(int index) => throw new InvalidOperationException(Canary);

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }

    private sealed class BadDictionary : IDictionary<string, object?>
    {
        public int Count => 1;

        public bool IsReadOnly => true;

        public ICollection<string> Keys => throw new InvalidOperationException(Canary);

        public ICollection<object?> Values => throw new InvalidOperationException(Canary);

        public object? this[string key]
        {
            get => throw new InvalidOperationException(Canary);
            set => throw new InvalidOperationException(Canary);
        }

        public void Add(string key, object? value) => throw new InvalidOperationException(Canary);

        public void Add(KeyValuePair<string, object?> item) => throw new InvalidOperationException(Canary);

        public void Clear() => throw new InvalidOperationException(Canary);

        public bool Contains(KeyValuePair<string, object?> item) => throw new InvalidOperationException(Canary);

        public bool ContainsKey(string key) => throw new InvalidOperationException(Canary);

        public void CopyTo(KeyValuePair<string, object?>[] array, int arrayIndex) => throw new InvalidOperationException(Canary);

        public IEnumerator<KeyValuePair<string, object?>> GetEnumerator() => throw new InvalidOperationException(Canary);

        public bool Remove(string key) => throw new InvalidOperationException(Canary);

        public bool Remove(KeyValuePair<string, object?> item) => throw new InvalidOperationException(Canary);

        public bool TryGetValue(string key, out object? value) => throw new InvalidOperationException(Canary);

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
