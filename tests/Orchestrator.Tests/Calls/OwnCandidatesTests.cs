using Microsoft.Extensions.AI;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Calls;

/// <summary>A strategy names candidates of the list it was given for this plan, and no others.</summary>
public sealed class OwnCandidatesTests
{
    private readonly List<Candidate> _remembered = [];

    [Theory]
    [BothModes("of a call with another ModelId")]
    [BothModes("of a call that needs less")]
    [BothModes("of another router")]
    [BothModes("of the same question asked before")]
    [BothModes("made by hand")]
    [BothModes("of nothing at all")]
    public async Task Any_other_candidate_is_not_asked(string remembered, bool streamed)
    {
        await using var router = Two(out var a, out var b);
        await using var other = Two(out var otherA, out var otherB);
        var image = new ChatMessage(ChatRole.User, [new DataContent(new byte[] { 1 }, "image/png")]);
        await (remembered == "of another router" ? other : router).RunAsync(streamed);
        var calls = a.Calls + b.Calls + otherA.Calls + otherB.Calls;
        var named = remembered switch
        {
            "made by hand" => [new Candidate(a.Info)],
            "of nothing at all" => [default],
            _ => _remembered.ToArray(),
        };
        Candidate[] Ranked(IReadOnlyList<Candidate> own) => [.. named, .. named.Select(c => c with { InFlight = 3 })];
        Rank = Ranked;
        var ask = () => remembered == "of a call that needs less"
            ? router.RouteAsync([image])
            : router.RouteAsync("hello", new ChatOptions { ModelId = remembered == "of a call with another ModelId" ? "b" : null });
        (await ask.Should().ThrowAsync<LlmException>()).Which.Should().NotBeNull();
        (a.Calls + b.Calls + otherA.Calls + otherB.Calls).Should().Be(calls);
        Rank = own => [.. named, .. own];
        (await router.RunAsync(streamed, options: new() { ModelId = "b" })).Text.Should().Be("b", "its own are asked all the same");
    }

    [Theory]
    [BothModes]
    public async Task A_copy_of_an_own_one_names_the_same_provider_whatever_it_says(bool streamed)
    {
        await using var router = Two(out var a, out _);
        Rank = own => [own[1] with { Info = a.Info, InFlight = 9, Options = new(), Price = null }];
        (await router.RunAsync(streamed)).Text.Should().Be("b");
    }

    [Theory]
    [BothModes]
    public async Task The_list_cannot_be_written_to_though_it_is_cast(bool streamed)
    {
        await using var router = Two(out _, out _);
        Rank = own =>
        {
            own.Should().NotBeAssignableTo<Candidate[]>().And.NotBeAssignableTo<List<Candidate>>();
            var write = () => ((IList<Candidate>)own)[0] = own[1];
            write.Should().Throw<NotSupportedException>();
            var clear = ((ICollection<Candidate>)own).Clear;
            clear.Should().Throw<NotSupportedException>();
            return own;
        };
        (await router.RunAsync(streamed)).Text.Should().Be("a");
    }

    private Func<IReadOnlyList<Candidate>, IEnumerable<Candidate>>? Rank { get; set; }

    private Router Two(out FakeProvider a, out FakeProvider b)
    {
        a = new FakeProvider("a", (_, _) => Some.Answer("a"))
        {
            Info = new("a", "mock", "a-model") { Capabilities = ProviderCapabilities.All & ~ProviderCapabilities.Images },
        };
        b = FakeProvider.Answering("b", "b");
        var strategy = new CustomRanking(own =>
        {
            if (Rank is not null)
                return Rank(own);
            _remembered.AddRange(own);
            return own;
        });
        return new Router(new RouterOptions { CustomStrategy = strategy, Retry = RetryOptions.None }).AddProvider(a).AddProvider(b);
    }
}
