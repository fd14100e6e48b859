using System.Text.Json;

namespace Orchestrator.Providers;

/// <summary>The usage of a chat completion.</summary>
internal sealed partial class OpenAiCompatibleAnswerReader
{
    private void ReadUsage(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (!JsonRead.TryEnterObject(ref reader))
            return;
        var usage = default(OpenAiCompatibleUsage);
        usage.Read(ref reader);
        if (usage.HasAny)
            _usage = usage.ToDetails();
    }
}
