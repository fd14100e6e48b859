using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Orchestrator.Fuzz;

namespace Orchestrator.Tests.Fuzzing;

/// <summary>The fuzzer finds what it is there to find: providers that break one promise each are caught.</summary>
public class FuzzOracleTests
{
    private const int Inputs = 400;

    public static TheoryData<string, string> BrokenPromises => new()
    {
        { "throws JsonException", "JsonException escaped" },
        { "throws NullReferenceException", "NullReferenceException escaped" },
        { "cancels without being asked", "TaskCanceledException escaped" },
        { "takes a cut answer for a whole one", "a cut answer was taken for a whole one" },
        { "takes no answer for one", "a whole answer was not taken for one" },
        { "counts below zero", "a negative count of tokens" },
        { "tells the key", "the key is in an error" },
        { "tells the prompt", "the prompt is in an error" },
        { "quotes without end", "a message without bounds" },
        { "reads by pieces", "in pieces" },
        { "allocates a megabyte", "reading allocated more than" },
        { "never answers", "it waits for something else" },
    };

    [Theory]
    [MemberData(nameof(BrokenPromises))]
    public void A_provider_that_breaks_a_promise_is_caught(string promise, string problem) =>
        Problems(new StreamFuzzer(VendorOf(promise))).Should().Contain(p => p.Contains(problem));

    [Fact]
    public void A_provider_that_breaks_none_is_not() => Problems(new StreamFuzzer(VendorOf("keeps them all"))).Should().BeEmpty();

    [Fact]
    public void The_readers_of_the_library_keep_their_promises()
    {
        foreach (var reader in FuzzReaders.New())
            Problems(reader).Should().BeEmpty(reader.Name);
    }

    [Fact]
    public void A_seed_gives_the_same_inputs_whatever_was_made_before()
    {
        var (one, other) = (FuzzReaders.New()[0], FuzzReaders.New()[0]);
        var (mutator, first, second) = (new Mutator(), new FuzzCase(), new FuzzCase());
        for (var index = 0; index < 50; index++)
            one.Make(first, mutator, Fuzz.Dice.For(7, one.Name, index));
        Remake(one, first, mutator);
        Remake(other, second, new Mutator());

        second.Bytes.Span.ToArray().Should().Equal(first.Bytes.Span.ToArray());
        (second.Pieces, second.Ending, second.Strict).Should().Be((first.Pieces, first.Ending, first.Strict));

        static void Remake(FuzzReader reader, FuzzCase input, Mutator mutator)
        {
            input.Clear(reader.Name);
            reader.Make(input, mutator, Fuzz.Dice.For(7, reader.Name, 123));
        }
    }

    [Fact]
    public void An_input_comes_back_from_its_file_as_it_was()
    {
        var input = new FuzzCase();
        input.Clear("openai-errors");
        input.Bytes.Set([0, 255, 10, 13, 65]);
        input.Status = 429;
        input.Headers.Add(KeyValuePair.Create("Retry-After", "\u00e9 1"));
        (input.Pieces, input.Ending, input.Strict, input.UnzippedLength, input.Expectation) =
            (ulong.MaxValue, Ending.Reset, true, 9, Expectation.NoAnswer);
        var path = Path.GetTempFileName();
        try
        {
            input.Save(path, "one line\nand another");
            var back = FuzzCase.Load(path);

            back.Bytes.Span.ToArray().Should().Equal(input.Bytes.Span.ToArray());
            back.Should().BeEquivalentTo(input, o => o.Excluding(c => c.Bytes));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void An_input_that_is_read_for_two_seconds_is_reported()
    {
        using var end = new ManualResetEventSlim();
        var worker = new FuzzWorker(new StuckReader(end), seed: 1);
        long? hung = null;
        var watchdog = new Watchdog([worker], (_, index) =>
        {
            hung = index;
            end.Set();
        });

        worker.Run(42);

        watchdog.End();
        hung.Should().Be(42);
    }

    private static HashSet<string> Problems(FuzzReader reader)
    {
        var worker = new FuzzWorker(reader, seed: 11);
        // What runs for the first time is compiled, which allocates.
        for (var index = 0; index < 30; index++)
            worker.Run(-1 - index);
        return [.. Enumerable.Range(0, Inputs).Select(i => worker.Run(i)).OfType<string>()];
    }

    private static Vendor VendorOf(string promise)
    {
        var openai = OpenAiVendor.New();
        return new Vendor
        {
            Name = "broken",
            Create = (client, strict) => new BrokenProvider(openai.Create(client, strict), client, promise),
            StreamType = openai.StreamType,
            Streams = openai.Streams,
            Wholes = openai.Wholes,
            Errors = openai.Errors,
            Marks = openai.Marks,
            BareMarks = openai.BareMarks,
            IsAnswer = openai.IsAnswer,
        };
    }

    private sealed class StuckReader(ManualResetEventSlim end) : FuzzReader("stuck")
    {
        public override IReadOnlyList<byte[]> Samples => [];

        public override void Make(FuzzCase input, Mutator mutator, Fuzz.Dice dice)
        {
        }

        public override Verdict Read(FuzzCase input)
        {
            end.Wait(TimeSpan.FromSeconds(30));
            return new Verdict("ended", 0, 0);
        }
    }

    /// <summary>A good provider that does one thing wrong.</summary>
    private sealed class BrokenProvider(ILlmProvider good, HttpClient client, string promise) : ILlmProvider
    {
        public ProviderInfo Info => good.Info;

        public async IAsyncEnumerable<ChatResponseUpdate> GenerateAsync(
            LlmRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            LlmException? error = null;
            await using var updates = good.GenerateAsync(request, cancellationToken).GetAsyncEnumerator(cancellationToken);
            while (true)
            {
                try
                {
                    if (!await updates.MoveNextAsync())
                        break;
                }
                catch (LlmException caught)
                {
                    error = caught;
                    break;
                }

                yield return updates.Current;
            }

            switch (promise)
            {
                case "throws JsonException" when error is not null: throw new JsonException();
                case "throws NullReferenceException" when error is not null: _ = ((string)null!).Length; break;
                case "cancels without being asked" when error is not null: throw new TaskCanceledException();
                case "takes a cut answer for a whole one" when error?.Kind == LlmErrorKind.StreamInterrupted: yield break;
                case "takes no answer for one" when error is null: throw new LlmException(LlmErrorKind.MalformedResponse, "no");
                case "counts below zero":
                    yield return new ChatResponseUpdate
                    {
                        Contents = [new UsageContent(new UsageDetails { InputTokenCount = -1 })]
                    }; break;
                case "tells the key": throw new LlmException(LlmErrorKind.ServerError, "no", new InvalidOperationException(Values.Key));
                case "tells the prompt": throw new LlmException(LlmErrorKind.ServerError, request.Messages[0].Text);
                case "quotes without end": throw new LlmException(LlmErrorKind.ServerError, new string('x', 5000));
                case "allocates a megabyte": GC.KeepAlive(new byte[1 << 20]); break;
                case "never answers": await new TaskCompletionSource().Task; break;
                case "reads by pieces":
                    using (var response = await client.GetAsync(
                        new Uri("http://server.example/"), HttpCompletionOption.ResponseHeadersRead, CancellationToken.None))
                    {
                        var first = await (await response.Content.ReadAsStreamAsync(CancellationToken.None))
                            .ReadAsync(new byte[100], CancellationToken.None);
                        yield return new ChatResponseUpdate(ChatRole.Assistant, $"{first}");
                    }

                    break;
            }

            if (error is not null)
                throw error;
        }
    }
}
