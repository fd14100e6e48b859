using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Reflection;

namespace Orchestrator.Providers;

/// <summary>Where an exception type of a vendor's SDK keeps the HTTP status and the response, found by the names of its public members.</summary>
/// <remarks>Nothing of any SDK is referenced. In a trimmed application the members of System.ClientModel, Azure.Core, Google and
/// Anthropic are kept by <see cref="SdkTypes"/>; of other SDKs a member that was trimmed away counts as not there.</remarks>
internal sealed class SdkExceptionShape
{
    private static readonly string[] StatusNames = ["StatusCode", "Status", "HttpStatusCode"];
    private readonly PropertyInfo? _status;
    private readonly PropertyInfo? _wait;
    private readonly MethodInfo? _response;
    private readonly PropertyInfo? _headers;
    private readonly PropertyInfo? _content;
    private readonly MethodInfo? _header;

    public SdkExceptionShape(Type type)
    {
        SdkTypes.Keep(type);
        // An enum of the same name, such as gRPC's, or a text is no HTTP status.
        _status = StatusNames.Select(n => Property(type, n)).FirstOrDefault(p => p is not null && IsStatus(p.PropertyType));
        _wait = Property(type, "RetryAfter") is { } wait && Bare(wait.PropertyType) == typeof(TimeSpan) ? wait : null;
        _response = Method(type, "GetRawResponse");
        if (_response is null)
            return;
        _headers = Property(_response.ReturnType, "Headers");
        _content = Property(_response.ReturnType, "Content");
        _header = _headers is null ? null : Method(_headers.PropertyType, "TryGetValue", typeof(string), typeof(string).MakeByRefType());
    }

    /// <summary>Whether exceptions of this type speak of HTTP at all, so that one without a status never got an answer.</summary>
    public bool HasStatus => _status is not null;

    /// <summary>The status; <see langword="null"/> when there was none that speaks of a failure.</summary>
    public int? StatusOf(Exception exception) => Value(_status, exception) switch
    {
        int status => status,
        HttpStatusCode status => (int)status,
        _ => (int?)null,
    } is { } said and >= 300 and < 600 ? said : null;

    /// <summary>How long to wait, where the exception itself says so.</summary>
    public TimeSpan? WaitOf(Exception exception) => Value(_wait, exception) as TimeSpan?;

    /// <summary>The response; <see langword="null"/> when there is none to be had.</summary>
    public object? ResponseOf(Exception exception) => _header is null ? null : Quietly(() => _response!.Invoke(exception, null));

    /// <summary>A header of a response.</summary>
    public string? HeaderOf(object response, string name)
    {
        if (Value(_headers, response) is not { } headers)
            return null;
        object?[] arguments = [name, null];
        return Quietly(() => _header!.Invoke(headers, arguments)) is true ? arguments[1] as string : null;
    }

    /// <summary>The body of a response as text; <see langword="null"/> when it was not kept.</summary>
    public string? BodyOf(object response) => Value(_content, response) is { } content ? Quietly(content.ToString) as string : null;

    private static bool IsStatus(Type type) => Bare(type) == typeof(int) || Bare(type) == typeof(HttpStatusCode);

    private static Type Bare(Type type) => Nullable.GetUnderlyingType(type) ?? type;

    private static object? Value(PropertyInfo? property, object target) => property is null ? null : Quietly(() => property.GetValue(target));

    // A getter that throws must not hide the failure that is being explained.
    private static object? Quietly(Func<object?> read)
    {
        try
        {
            return read();
        }
#pragma warning disable CA1031
        catch (Exception)
#pragma warning restore CA1031
        {
            return null;
        }
    }

    // Type by type, since a member may be hidden by another of the same name, which one look for all calls ambiguous.
    [UnconditionalSuppressMessage("Trimming", "IL2070", Justification = "A member that was trimmed away counts as not there.")]
    [UnconditionalSuppressMessage("Trimming", "IL2075", Justification = "A member that was trimmed away counts as not there.")]
    private static PropertyInfo? Property(Type type, string name)
    {
        for (var at = type; at is not null; at = at.BaseType)
        {
            if (at.GetProperty(name, BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly) is { CanRead: true } found
                && found.GetIndexParameters().Length == 0)
            {
                return found;
            }
        }

        return null;
    }

    [UnconditionalSuppressMessage("Trimming", "IL2070", Justification = "A member that was trimmed away counts as not there.")]
    [UnconditionalSuppressMessage("Trimming", "IL2075", Justification = "A member that was trimmed away counts as not there.")]
    private static MethodInfo? Method(Type type, string name, params Type[] parameters)
    {
        for (var at = type; at is not null; at = at.BaseType)
        {
            if (at.GetMethod(name, BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly, parameters) is { } found)
                return found;
        }

        return null;
    }
}
