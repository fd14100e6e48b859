namespace Orchestrator;

/// <summary>Something behind a chat client that may run tools itself, asked for by <c>GetService</c>.</summary>
internal interface IToolRunner
{
    /// <summary>Whether it runs tools at this moment.</summary>
    bool RunsTools { get; }
}
