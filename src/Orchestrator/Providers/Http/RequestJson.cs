using System.Text;
using System.Text.Json;

namespace Orchestrator.Providers;

/// <summary>Writes values of a request that JSON may not be able to hold.</summary>
internal static class RequestJson
{
    /// <summary>Writes the number when there is one.</summary>
    /// <exception cref="LlmException">It is not finite: an invalid request.</exception>
    public static void WriteNumber(Utf8JsonWriter json, ReadOnlySpan<byte> name, float? value)
    {
        if (value is not { } number)
            return;
        if (!float.IsFinite(number))
            Check(number, Encoding.UTF8.GetString(name));
        json.WriteNumber(name, number);
    }

    /// <summary>Refuses a number that JSON cannot hold.</summary>
    /// <exception cref="LlmException">It is not finite: an invalid request.</exception>
    public static void Check(float number, string field)
    {
        if (!float.IsFinite(number))
            throw RequestFault.Of($"ChatOptions has a number that JSON cannot hold for {field}; set a finite one.");
    }

    /// <summary>Writes the sequences that end an answer, as a list.</summary>
    /// <exception cref="LlmException">One of them is null.</exception>
    public static void WriteStops(Utf8JsonWriter json, IList<string> stops)
    {
        json.WritePropertyName("stop"u8);
        WriteStopList(json, stops);
    }

    /// <summary>The same without the name.</summary>
    public static void WriteStopList(Utf8JsonWriter json, IList<string> stops)
    {
        json.WriteStartArray();
        foreach (var stop in Checked(stops))
            json.WriteStringValue(stop);
        json.WriteEndArray();
    }

    /// <summary>The sequences that end an answer, read before anything is sent.</summary>
    /// <exception cref="LlmException">One of them is null: an invalid request.</exception>
    public static string[] Checked(IList<string>? stops)
    {
        string[] known = [.. stops ?? []];
        return Array.IndexOf(known, null) < 0
            ? known
            : throw RequestFault.Of("ChatOptions.StopSequences holds a null; give texts only.");
    }

    /// <summary>Writes a schema.</summary>
    /// <param name="json">The writer.</param>
    /// <param name="owner">The owner of the schema.</param>
    /// <param name="schema">Gets the schema of the owner.</param>
    /// <param name="where">Where it is in the request, for an error.</param>
    /// <exception cref="LlmException">There is none to write, or its document is disposed of: an invalid request.</exception>
    public static void WriteSchema<T>(Utf8JsonWriter json, T owner, Func<T, JsonElement> schema, string where)
    {
        try
        {
            schema(owner).WriteTo(json);
        }
        catch (Exception error) when (RequestFault.IsInValue(error))
        {
            throw RequestFault.Of(error, where);
        }
    }

    /// <summary>Writes the schema of the answer that is asked for.</summary>
    /// <exception cref="LlmException">It cannot be written: an invalid request.</exception>
    public static void WriteSchema(Utf8JsonWriter json, JsonElement answer) =>
        WriteSchema(json, answer, static schema => schema, "The schema of ChatOptions.ResponseFormat");
}
