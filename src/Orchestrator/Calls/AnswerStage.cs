namespace Orchestrator;

/// <summary>How far an answer has come, as its limits see it.</summary>
/// <param name="HasContent">Whether content has come.</param>
/// <param name="Committed">Whether the answer can no longer be started over elsewhere.</param>
internal readonly record struct AnswerStage(bool HasContent, bool Committed);
