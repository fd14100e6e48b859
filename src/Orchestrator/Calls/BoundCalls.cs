using Microsoft.Extensions.AI;
using Orchestrator.Providers;

namespace Orchestrator;

/// <summary>
/// What binds a call to a provider, in the order of force: ModelId, then the conversation or the answer that is continued, then the tool
/// loop. A call that none of them binds is the strategy's.
/// </summary>
internal sealed class BoundCalls(HandedOut handedOut)
{
    /// <summary>Whether nothing can bind a call: most requests name none, and no tool call was handed out.</summary>
    public bool IsFree(LlmRequest request) => request.Options is null && handedOut.HasNoCalls;

    /// <exception cref="LlmException">No provider has the name, or which one is meant is not known.</exception>
    public CallBinding Of(RegisteredProvider[] all, LlmRequest request)
    {
        var providers = all;
        var isToOne = false;
        if (request.Options is { } options)
        {
            if (options.ModelId is { } wanted)
            {
                providers = NamedIn(all, wanted);
                isToOne = providers.Length == 1;
            }

            if (!isToOne && OwnerIn(providers, options) is { } owner)
                (providers, isToOne) = ([owner], true);
            if (providers.Length > 1 && VendorsOwn(options) is { } setting)
                throw NotKnownWhose(setting, providers.Length);
        }

        var first = isToOne || providers.Length < 2 ? null : Find(providers, handedOut.ProviderOfToolLoop(request.Messages));
        return new(providers, first, isToOne);
    }

    public static bool IsNamed(RegisteredProvider registered, string wanted) =>
        registered.Info.Name == wanted || registered.Info.Model == wanted || registered.Options.Aliases.Contains(wanted);

    private static RegisteredProvider[] NamedIn(RegisteredProvider[] all, string wanted)
    {
        var named = Array.FindAll(all, s => IsNamed(s, wanted));
        if (named.Length > 0 || all.Length == 0)
            return named;
        var known = string.Join(", ", all.Select(s => $"{s.Info.Name} ({s.Info.Model})"));
        throw new LlmException(
            LlmErrorKind.InvalidRequest,
            $"ChatOptions.ModelId asks for '{PlainText.Line(wanted, 64)}', which is no provider's name, model or alias; "
            + $"there are: {known}.");
    }

    /// <summary>The provider of the conversation that goes on, or of the answer that is continued.</summary>
    private RegisteredProvider? OwnerIn(RegisteredProvider[] providers, ChatOptions options) =>
        options.ConversationId is { } id ? Find(providers, handedOut.ProviderOfConversation(id))
        : options.ContinuationToken is { } token ? Find(providers, handedOut.ProviderOfToken(token))
        : null;

    private static RegisteredProvider? Find(RegisteredProvider[] providers, string? name) =>
        name is null ? null : Array.Find(providers, s => s.Info.Name == name);

    private static string? VendorsOwn(ChatOptions options) =>
        options.ConversationId is not null ? nameof(options.ConversationId)
        : options.ContinuationToken is not null ? nameof(options.ContinuationToken)
        : options.AllowBackgroundResponses is true ? nameof(options.AllowBackgroundResponses)
        : null;

    private static LlmException NotKnownWhose(string setting, int providers) => new(
        LlmErrorKind.InvalidRequest,
        $"ChatOptions.{setting} belongs to one vendor's server, but {providers} providers could serve this call"
        + (setting != nameof(ChatOptions.AllowBackgroundResponses) ? ", and none of them is known to have given it; " : "; ")
        + "name one with ChatOptions.ModelId.");
}
