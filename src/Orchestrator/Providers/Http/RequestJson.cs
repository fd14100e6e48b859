using System.Text;
using System.Text.Json;

namespace Orchestrator.Providers;

/// <summary>Values of a request that JSON cannot always hold.</summary>
internal static class RequestJson
{
    /// <summary>Writes the number when there is one.</summary>
    /// <exception cref="LlmException">It is not finite: an invalid request.</exception>
    public static void WriteNumber(Utf8JsonWriter json, ReadOnlySpan<byte> name, float? value)
    {
        if (value is not { } number)
            return;
        if (!float.IsFinite(number))
            throw new LlmException(LlmErrorKind.InvalidRequest, $"ChatOptions has a number that JSON cannot hold for {Encoding.UTF8.GetString(name)}; set a finite one.");
        json.WriteNumber(name, number);
    }
}
