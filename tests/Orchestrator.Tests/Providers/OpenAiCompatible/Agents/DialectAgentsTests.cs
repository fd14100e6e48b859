using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Orchestrator.Testing;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Providers.OpenAiCompatible.Agents;

/// <summary>Agents at every vendor that has tools: ten rounds with parallel calls, alone and across a failover.</summary>
public sealed class DialectAgentsTests
{
    // Perplexity has no tools.
    private static readonly OpenAiDialect[] WithTools =
        [.. Enum.GetValues<OpenAiDialect>().Where(d => d is not (OpenAiDialect.Perplexity or OpenAiDialect.FastApi))];

    private readonly ConcurrentQueue<string> _done = [];

    public static TheoryData<OpenAiDialect, bool> Alone => Rows(WithTools);

    public static TheoryData<OpenAiDialect, OpenAiDialect, bool> Pairs
    {
        get
        {
            var rows = new TheoryData<OpenAiDialect, OpenAiDialect, bool>();
            var all = WithTools;
            for (var i = 0; i < all.Length; i++)
            {
                // Each goes to its neighbour, and to one that is farther away.
                rows.Add(all[i], all[(i + 1) % all.Length], i % 2 == 0);
                rows.Add(all[i], all[(i + 5) % all.Length], i % 2 == 1);
            }

            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(Alone))]
    public async Task Ten_rounds_with_parallel_calls_end_with_the_answer(OpenAiDialect dialect, bool streamed)
    {
        await using var vendor = new AgentServer(dialect);
        await using var router = ChatSurface.InOrder(null, vendor.Provider);

        var text = await AskAsync(router, streamed);

        text.Should().EndWith("vendor is done");
        vendor.Server.ChatCount.Should().Be(AgentServer.Rounds + 1, "the strict server has refused nothing");
        vendor.Asked.Should().HaveCount(AgentServer.Rounds + 1);
        var calls = dialect == OpenAiDialect.Tgi ? 1 : 2;
        _done.Should().Equal(Enumerable.Range(0, AgentServer.Rounds).SelectMany(r => new[] { $"look {r}", $"walk {r}" }.Take(calls)));
        AgentServer.Turns(vendor.Asked[^1]).Should().OnlyContain(t => t.GetProperty("tool_calls").GetArrayLength() == calls);
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task A_loop_goes_to_another_vendor_and_back_and_each_gets_its_own_back(
        OpenAiDialect one, OpenAiDialect other, bool streamed)
    {
        await using var first = new AgentServer(one, "ash", 4, 5, 6);
        await using var second = new AgentServer(other, "birch", 7);
        var patient = new RouterOptions { Health = new() { ConsecutiveFailures = 100 } };
        await using var router = ChatSurface.InOrder(patient, first.Provider, second.Provider);

        var text = await AskAsync(router, streamed);

        text.Should().EndWith("ash is done");
        _done.Select(d => d.Split(' ')[1]).Distinct().Should().Equal(Enumerable.Range(0, AgentServer.Rounds).Select(r => $"{r}"));
        foreach (var request in second.Asked)
            request.GetRawText().Should().NotContain("thought of ash", "reasoning of another vendor stays at home");
        foreach (var request in first.Asked)
            request.GetRawText().Should().NotContain("thought of birch");
        second.Asked.Should().NotBeEmpty();
        VendorStateShould.BeBack(first, one);
        VendorStateShould.BeBack(second, other);
    }

    private async Task<string> AskAsync(Router router, bool streamed)
    {
        using var client = new FunctionInvokingChatClient(router) { MaximumIterationsPerRequest = 20 };
        var options = new ChatOptions
        {
            Tools =
            [
                AIFunctionFactory.Create((int at) => Do("look", at), "look", "Looks around."),
                AIFunctionFactory.Create((int at) => Do("walk", at), "walk", "Walks there."),
                AIFunctionFactory.Create(() => "no", "rest", "Takes no arguments."),
            ],
        };
        return await client.AskAsync(streamed, options).WaitAsync(ChatSurface.Patience);
    }

    private string Do(string what, int at)
    {
        _done.Enqueue($"{what} {at}");
        return $"{what} is done at {at}";
    }

    private static TheoryData<OpenAiDialect, bool> Rows(IEnumerable<OpenAiDialect> dialects)
    {
        var rows = new TheoryData<OpenAiDialect, bool>();
        foreach (var dialect in dialects)
        {
            rows.Add(dialect, false);
            rows.Add(dialect, true);
        }

        return rows;
    }
}
