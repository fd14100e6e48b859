using System.Collections.Frozen;
using System.Text.Json.Nodes;

namespace Orchestrator.Providers;

/// <summary>The servers that are known: a row each. A quirk names where it was read.</summary>
internal static class OpenAiPresets
{
    private const ProviderCapabilities NoTools = ProviderCapabilities.All & ~ProviderCapabilities.Tools;
    private const ProviderCapabilities NoImages = ProviderCapabilities.All & ~ProviderCapabilities.Images;

    private static readonly FrozenDictionary<OpenAiPresetName, OpenAiPreset> ByName = new Dictionary<OpenAiPresetName, OpenAiPreset>
    {
        // learn.microsoft.com/azure/foundry/openai: keys go into api-key; the model is a deployment, which no list names.
        [OpenAiPresetName.Azure] = new("azure", "https://resource.openai.azure.com/openai/v1")
        {
            KeyVariables = ["AZURE_OPENAI_API_KEY"],
            AlsoAt = [".openai.azure.com", ".services.ai.azure.com", ".cognitiveservices.azure.com"],
            Quirks = o =>
            {
                o.ApiKeyHeader = "api-key";
                o.UseMaxCompletionTokens = true;
                o.ToolCallIds = ToolCallIdForm.AtMost40;
                o.FieldNames["top_k"] = null;
                o.ListsModels = false;
            },
        },

        // api-docs.deepseek.com/guides/thinking_mode and /api/create-chat-completion: 400 without reasoning_content in turns with calls,
        // 400 for json_schema and for the role developer.
        [OpenAiPresetName.DeepSeek] = new("deepseek", "https://api.deepseek.com")
        {
            KeyVariables = ["DEEPSEEK_API_KEY"],
            Quirks = o =>
            {
                o.RequiredReasoningField = "reasoning_content";
                o.TakesJsonSchema = o.TakesDeveloperRole = false;
                o.Capabilities = NoImages & ~ProviderCapabilities.StructuredOutput;
                LeaveOut(o, "parallel_tool_calls", "seed", "top_k");
            },
        },

        // ai.google.dev/gemini-api/docs/openai and /thought-signatures: 400 without a signature, and the text that is one for the calls of
        // other models; google-gemini and litellm trackers: 400 "Unknown name" for fields that Gemini lacks.
        [OpenAiPresetName.Gemini] = new("google", "https://generativelanguage.googleapis.com/v1beta/openai")
        {
            KeyVariables = ["GEMINI_API_KEY", "GOOGLE_API_KEY"],
            Quirks = o =>
            {
                o.TakesDeveloperRole = false;
                o.RequiredCallMembers = new JsonObject
                {
                    ["extra_content"] = new JsonObject
                    {
                        ["google"] = new JsonObject { ["thought_signature"] = "skip_thought_signature_validator" },
                    },
                };
                LeaveOut(o, "frequency_penalty", "parallel_tool_calls", "presence_penalty", "seed", "top_k");
            },
        },

        // console.groq.com/docs/openai: 400 for messages[].name.
        [OpenAiPresetName.Groq] = new("groq", "https://api.groq.com/openai/v1")
        {
            KeyVariables = ["GROQ_API_KEY"],
            Quirks = o =>
            {
                o.TakesNames = false;
                LeaveOut(o, "top_k");
            },
        },

        // docs.mistral.ai/api; 422 extra_forbidden for other fields; 400 "Unexpected role 'user' after role 'tool'";
        // "Tool call id has to be defined … a-z, A-Z, 0-9, with a length of 9".
        [OpenAiPresetName.Mistral] = new("mistral", "https://api.mistral.ai/v1")
        {
            KeyVariables = ["MISTRAL_API_KEY"],
            Quirks = o =>
            {
                o.ToolCallIds = ToolCallIdForm.NineLettersAndDigits;
                o.TakesNames = o.TakesDeveloperRole = o.TakesUserAfterTool = false;
                o.RequestUsage = false;
                o.FieldNames["seed"] = "random_seed";
                LeaveOut(o, "top_k");
            },
        },

        // platform.moonshot.ai/docs: 400 "reasoning_content is missing in assistant tool call message"; an empty one counts as missing.
        [OpenAiPresetName.Moonshot] = new("moonshot", "https://api.moonshot.ai/v1")
        {
            KeyVariables = ["MOONSHOT_API_KEY"],
            AlsoAt = [".moonshot.ai", ".moonshot.cn"],
            Quirks = o =>
            {
                o.RequiredReasoningField = "reasoning_content";
                o.TakesDeveloperRole = false;
                LeaveOut(o, "parallel_tool_calls", "seed", "top_k");
            },
        },

        // openrouter.ai/docs/api-reference: all fields; what a model does not know is left out there.
        [OpenAiPresetName.OpenRouter] = new("openrouter", "https://openrouter.ai/api/v1")
        {
            KeyVariables = ["OPENROUTER_API_KEY"],
            Quirks = o => o.ToolCallIds = ToolCallIdForm.AtMost40,
        },

        // docs.x.ai: reasoning models refuse both penalties and stop, all but the small ones the effort, every model an empty message.
        [OpenAiPresetName.XAi] = new("xai", "https://api.x.ai/v1")
        {
            KeyVariables = ["XAI_API_KEY"],
            Quirks = o =>
            {
                o.TakesEmptyMessages = false;
                LeaveOut(o, "frequency_penalty", "presence_penalty", "stop", "top_k");
                if (!o.Model.Contains("mini", StringComparison.OrdinalIgnoreCase))
                    LeaveOut(o, "reasoning_effort");
            },
        },

        // docs.perplexity.ai: no tools, no list of models; response_format is json_schema or regex; user and assistant in turns.
        [OpenAiPresetName.Perplexity] = new("perplexity", "https://api.perplexity.ai")
        {
            KeyVariables = ["PERPLEXITY_API_KEY", "PPLX_API_KEY"],
            Quirks = o =>
            {
                o.Capabilities = NoTools;
                o.TakesJsonObject = o.TakesDeveloperRole = o.TakesRolesInAnyOrder = o.TakesEmptyMessages = false;
                LeaveOut(o, "parallel_tool_calls", "seed", "stop");
            },
        },

        // alibabacloud.com/help/model-studio, Base URL overview and "OpenAI compatible": Singapore; keys are of one region.
        [OpenAiPresetName.Qwen] = new("qwen", "https://dashscope-intl.aliyuncs.com/compatible-mode/v1")
        {
            KeyVariables = ["DASHSCOPE_API_KEY"],
            AlsoAt = [".aliyuncs.com"],
            Quirks = o => o.TakesDeveloperRole = false,
        },

        // docs.together.ai/docs/inference/openai-compatibility.
        [OpenAiPresetName.Together] = new("together", "https://api.together.ai/v1")
        {
            KeyVariables = ["TOGETHER_API_KEY"],
            AlsoAt = [".together.ai", ".together.xyz"],
            Quirks = o => o.TakesDeveloperRole = false,
        },

        // Servers of one's own: the template of the model decides over roles, and most know no "developer". llama.cpp and LM Studio take
        // tool_choice as a text only.
        [OpenAiPresetName.Vllm] = new("vllm", "http://localhost:8000/v1") { Quirks = o => o.TakesDeveloperRole = false },
        [OpenAiPresetName.SgLang] = new("sglang", "http://localhost:30000/v1") { Quirks = o => o.TakesDeveloperRole = false },
        [OpenAiPresetName.LlamaCpp] = new("llamacpp", "http://localhost:8080/v1")
        {
            Quirks = o => o.TakesDeveloperRole = o.TakesToolByName = false,
        },

        // lmstudio-ai/lmstudio-bug-tracker 189: 400 "'response_format.type' must be 'json_schema' or 'text'".
        [OpenAiPresetName.LmStudio] = new("lmstudio", "http://localhost:1234/v1")
        {
            Quirks = o => o.TakesJsonObject = o.TakesDeveloperRole = o.TakesToolByName = false,
        },

        // huggingface/text-generation-inference, router: response_format is json_schema (or a schema of its own), never json_object alone.
        [OpenAiPresetName.Tgi] = new("tgi", "http://localhost:8080/v1")
        {
            Quirks = o =>
            {
                o.TakesJsonObject = o.TakesDeveloperRole = false;
                LeaveOut(o, "parallel_tool_calls");
            },
        },
    }.ToFrozenDictionary();

    /// <summary>The row of a server; null for those that need more than a model and a key.</summary>
    public static OpenAiPreset? Find(OpenAiPresetName name) => ByName.GetValueOrDefault(name);

    public static OpenAiPreset Of(OpenAiPresetName name) => ByName[name];

    private static void LeaveOut(OpenAiCompatibleOptions options, params ReadOnlySpan<string> fields)
    {
        foreach (var field in fields)
            options.FieldNames[field] = null;
    }
}
