namespace Orchestrator;

/// <summary>
/// What the chat template of a family of models adds to the texts: tokens around each message and tokens of each call. Published for the
/// o200k and cl100k encodings (three and the role around a message, three to begin the answer); public for Qwen and Llama. Those of other
/// vendors come from recorded calls and stand in their files.
/// </summary>
/// <param name="PerMessage">Tokens around each message.</param>
/// <param name="PerCall">Tokens of each call.</param>
/// <param name="SendsThoughts">Whether thoughts of earlier answers are sent again.</param>
internal readonly record struct MessageTemplate(int PerMessage, int PerCall, bool SendsThoughts = false);
