using System.Text.RegularExpressions;

namespace Orchestrator.Snippets;

/// <summary>One block of C# on a page, with what the page gives it.</summary>
/// <param name="Line">The line of the page the code begins at.</param>
/// <param name="Code">The code as it is shown.</param>
/// <param name="Given">Declarations of what is named without code, from the comment <c>&lt;!-- given: … --&gt;</c> before it.</param>
/// <param name="IsWeb">Whether it belongs into a web project, from the comment <c>&lt;!-- web --&gt;</c> before the block.</param>
public sealed partial record Snippet(int Line, string Code, string Given, bool IsWeb)
{
    /// <summary>The using directives at the head of the code.</summary>
    public string Usings { get; } = Directives().Match(Code).Value;

    /// <summary>Whether there is nothing but using directives: what the page names once, for all blocks without any.</summary>
    public bool IsUsings => Usings.Length > 0 && Code[Usings.Length..].Trim().Length == 0;

    /// <summary>The code below its using directives.</summary>
    public string Body => Code[Usings.Length..];

    [GeneratedRegex(@"\A(?:\s*using [\w.:= ]+;[^\S\n]*(?:\n|\z))*")]
    private static partial Regex Directives();
}
