using Microsoft.Extensions.AI;
using Orchestrator.Providers;

namespace Orchestrator;

/// <summary>The providers that a request asks for and that can serve it: by the request alone, whatever their health.</summary>
internal sealed partial class RoutePlanner
{
    private static RegisteredProvider[] Selected(RegisteredProvider[] providers, ChatOptions options)
    {
        if (options.ModelId is { } wanted)
        {
            var all = providers;
            providers = Array.FindAll(providers, s => IsNamed(s, wanted));
            if (providers.Length == 0 && all.Length > 0)
            {
                var known = string.Join(", ", all.Select(s => $"{s.Info.Name} ({s.Info.Model})"));
                throw new LlmException(
                    LlmErrorKind.InvalidRequest,
                    $"ChatOptions.ModelId asks for '{PlainText.Line(wanted, 64)}', which is no provider's name, model or alias; "
                    + $"there are: {known}.");
            }
        }

        if (providers.Length > 1 && BoundTo(options) is { } bound)
        {
            throw new LlmException(
                LlmErrorKind.InvalidRequest,
                $"ChatOptions.{bound} belongs to one vendor's server, but {providers.Length} providers could serve this call; "
                + "name one with ChatOptions.ModelId.");
        }

        return providers;
    }

    private static bool IsNamed(RegisteredProvider registered, string wanted) =>
        registered.Info.Name == wanted || registered.Info.Model == wanted || registered.Options.Aliases.Contains(wanted);

    private static string? BoundTo(ChatOptions options) =>
        options.ConversationId is not null ? nameof(options.ConversationId)
        : options.ContinuationToken is not null ? nameof(options.ContinuationToken)
        : options.AllowBackgroundResponses is true ? nameof(options.AllowBackgroundResponses)
        : null;

    private static RegisteredProvider[] Capable(RegisteredProvider[] providers, LlmRequest request)
    {
        var needed = RequestNeeds.Of(request);
        if (needed == ProviderCapabilities.None)
            return providers;
        var able = Array.FindAll(providers, s => (s.Info.Capabilities & needed) == needed);
        if (able.Length > 0)
            return able;
        var what = string.Join("; ", providers.Select(s => $"{s.Info.Name} lacks {needed & ~s.Info.Capabilities}"));
        throw new LlmException(
            LlmErrorKind.NoCandidate,
            $"The request needs {needed}, and no provider that could serve it has all of that: {what}. "
            + "Add a provider that can, or set ProviderInfo.Capabilities if one of these can after all.");
    }
}
