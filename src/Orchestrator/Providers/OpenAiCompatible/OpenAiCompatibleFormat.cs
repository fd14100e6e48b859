using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Orchestrator.Providers;

/// <summary>Writes the form of the answer that is asked for.</summary>
internal static class OpenAiCompatibleFormat
{
    private const string DefaultName = "answer";

    /// <exception cref="LlmException">The server takes no schema (<see cref="LlmErrorKind.NotSupported"/>), or the schema cannot be
    /// written.</exception>
    public static void Write(
        Utf8JsonWriter json, OpenAiCompatibleDialect dialect, ChatResponseFormatJson format, AdditionalPropertiesDictionary? properties)
    {
        json.WriteStartObject();
        if (format.Schema is { } schema)
        {
            if (!dialect.TakesJsonSchema)
            {
                throw new LlmException(
                    LlmErrorKind.NotSupported,
                    "ChatOptions.ResponseFormat has a schema, and this server takes none (TakesJsonSchema is false); ask for JSON without "
                        + "a schema, and describe it in the prompt.");
            }

            BeginSchema(json, TextName.Of(format.SchemaName) ?? DefaultName);
            if (format.SchemaDescription is { } description)
                json.WriteString("description"u8, description);
            var strict = dialect.TakesStrict ? StrictSchema.Of(null, properties) : null;
            json.WritePropertyName("schema"u8);
            if (strict is true)
                RequestJson.WriteSchema(json, format, StrictSchema.SchemaOf, "The schema of ChatOptions.ResponseFormat");
            else
                RequestJson.WriteSchema(json, schema);
            if (strict is { } asked)
                json.WriteBoolean("strict"u8, asked);
            json.WriteEndObject();
        }
        else if (dialect.TakesJsonObject)
        {
            json.WriteString("type"u8, "json_object"u8);
        }
        else
        {
            BeginSchema(json, DefaultName);
            json.WriteStartObject("schema"u8);
            json.WriteString("type"u8, "object"u8);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void BeginSchema(Utf8JsonWriter json, string name)
    {
        json.WriteString("type"u8, "json_schema"u8);
        json.WriteStartObject("json_schema"u8);
        json.WriteString("name"u8, name);
    }
}
