using System.Net.Http.Headers;

namespace Orchestrator.Providers;

/// <summary>Finds a header in the SDK's own collection of headers.</summary>
internal static class SdkHeaders
{
    private const int Most = 256;

    public static string? Of(object? headers, string name) => headers is null ? null : SdkMembers.Quietly(() => headers switch
    {
        HttpHeaders known => known.NonValidated.TryGetValues(name, out var values) ? values.ToString() : null,
        IEnumerable<KeyValuePair<string, string>> pairs => Find(pairs, name),
        IEnumerable<KeyValuePair<string, IEnumerable<string>>> lists => Find(lists, name)?.FirstOrDefault(),
        IEnumerable<KeyValuePair<string, string[]>> arrays => Find(arrays, name)?.FirstOrDefault(),
        IEnumerable<KeyValuePair<string, List<string>>> lists => Find(lists, name)?.FirstOrDefault(),
        _ => Asked(headers, name),
    }) as string;

    private static T? Find<T>(IEnumerable<KeyValuePair<string, T>> pairs, string name)
        where T : class => pairs.Take(Most).FirstOrDefault(p => name.Equals(p.Key, StringComparison.OrdinalIgnoreCase)).Value;

    // For instance those of System.ClientModel and Azure.Core.
    private static string? Asked(object headers, string name)
    {
        if (SdkMembers.Method(headers.GetType(), "TryGetValue", typeof(string), typeof(string).MakeByRefType()) is not { } method)
            return null;
        object?[] arguments = [name, null];
        return method.Invoke(headers, arguments) is true ? arguments[1] as string : null;
    }
}
