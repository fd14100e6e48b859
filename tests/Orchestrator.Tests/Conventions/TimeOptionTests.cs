using System.Globalization;
using System.Reflection;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Orchestrator.Providers;
using Orchestrator.Testing;
using Orchestrator.Tests.Providers;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Conventions;

/// <summary>Every length of time that an option takes, in calls that wait for it: whatever is not refused where it is set works.</summary>
public sealed partial class TimeOptionTests
{
    private static readonly TimeSpan[] Lengths =
    [
        TimeSpan.FromTicks(1), TimeSpan.FromDays(49.8), TimeSpan.FromDays(100), TimeSpan.FromDays(10_000),
        TimeSpan.MaxValue - TimeSpan.FromTicks(1), TimeSpan.MaxValue,
        Timeout.InfiniteTimeSpan,
    ];

    private static readonly Dictionary<string, Func<TimeSpan, bool, CancellationToken, Task>> Calls = new()
    {
        ["TimeoutOptions.Connect"] = (time, streamed, cancel) => LimitedAsync(new() { Connect = time }, streamed, cancel),
        ["TimeoutOptions.FirstToken"] = (time, streamed, cancel) => LimitedAsync(new() { FirstToken = time }, streamed, cancel),
        ["TimeoutOptions.Idle"] = (time, streamed, cancel) => LimitedAsync(new() { Idle = time }, streamed, cancel),
        ["TimeoutOptions.Attempt"] = (time, streamed, cancel) => LimitedAsync(new() { Attempt = time }, streamed, cancel),
        ["TimeoutOptions.Call"] = (time, streamed, cancel) => LimitedAsync(new() { Call = time }, streamed, cancel),
        ["TimeoutOptions.Stream"] = (time, streamed, cancel) => LimitedAsync(new() { Stream = time }, streamed, cancel),
        ["RetryOptions.MinDelay"] = (time, streamed, cancel) =>
            RetriedAsync(new() { MinDelay = time, MaxDelay = TimeSpan.MaxValue }, null, streamed, cancel),
        ["RetryOptions.MaxDelay"] = (time, streamed, cancel) =>
            RetriedAsync(new() { MinDelay = TimeSpan.Zero, MaxDelay = time }, null, streamed, cancel),
        ["RetryOptions.LongestRetryAfter"] = (time, streamed, cancel) =>
            RetriedAsync(new() { LongestRetryAfter = time }, time, streamed, cancel),
        ["HealthOptions.CoolDown"] = (time, streamed, cancel) =>
            EjectedAsync(new() { CoolDown = time, LongestCoolDown = TimeSpan.MaxValue }, LlmErrorKind.ServerError, streamed, cancel),
        ["HealthOptions.LongestCoolDown"] = (time, streamed, cancel) =>
            EjectedAsync(new() { LongestCoolDown = time }, LlmErrorKind.ServerError, streamed, cancel),
        ["HealthOptions.LongOutageCoolDown"] = (time, streamed, cancel) =>
            EjectedAsync(new() { LongOutageCoolDown = time }, LlmErrorKind.ServerError, streamed, cancel),
        ["HealthOptions.Window"] = (time, streamed, cancel) =>
            EjectedAsync(new() { Window = time }, LlmErrorKind.ServerError, streamed, cancel),
        ["HealthOptions.LongestRetryAfter"] = (time, streamed, cancel) =>
            EjectedAsync(new() { LongestRetryAfter = time }, LlmErrorKind.RateLimited, streamed, cancel),
        ["HealthOptions.ExclusionTime"] = (time, streamed, cancel) =>
            EjectedAsync(new() { ExclusionTime = time }, LlmErrorKind.Authentication, streamed, cancel),
        ["HealthOptions.FirstExclusionTime"] = (time, streamed, cancel) =>
            EjectedAsync(
                new() { FirstExclusionTime = time, ExclusionTime = TimeSpan.MaxValue }, LlmErrorKind.Authentication, streamed, cancel),
        ["LlmException.RetryAfter"] = (time, streamed, cancel) =>
            RetriedAsync(new() { LongestRetryAfter = TimeSpan.MaxValue }, time, streamed, cancel),
        ["MockOptions.Delay"] = (time, streamed, cancel) =>
            AskAsync(new MockProvider("a", options: new() { Delay = time }), streamed, cancel),
        ["MockOptions.ChunkDelay"] = (time, streamed, cancel) =>
            AskAsync(new MockProvider("a", options: new() { Delay = default, ChunkDelay = time, Reply = "one two" }), streamed, cancel),
        ["MockOutcome.Delay"] = (time, streamed, cancel) =>
            AskAsync(new MockProvider("a", options: new() { Script = [MockOutcome.Success("x") with { Delay = time }] }), streamed, cancel),
        ["GigaChatOptions.UpdateInterval"] = GigaChatAsync,
        ["OllamaOptions.KeepAlive"] = OllamaAsync,
        ["FakeReply.FirstDelay"] = (time, streamed, cancel) => FakedAsync(new("x") { FirstDelay = time }, Fault.None, streamed, cancel),
        ["FakeReply.EventDelay"] = (time, streamed, cancel) =>
            FakedAsync(new("one two") { EventDelay = time }, Fault.Pause(1, time), streamed, cancel),
        ["FakeGigaChatServer.TokenLife"] = TokenLifeAsync,
        ["FakeYandexGptServer.TokenLife"] = IamTokenLifeAsync,
    };

    public static TheoryData<string, TimeSpan, bool> Rows
    {
        get
        {
            var rows = new TheoryData<string, TimeSpan, bool>();
            foreach (var option in Calls.Keys)
            {
                foreach (var length in Lengths)
                {
                    rows.Add(option, length, true);
                    rows.Add(option, length, false);
                }
            }

            return rows;
        }
    }

    [Fact]
    public void Every_option_that_is_a_time_is_in_the_table()
    {
        Type[] assemblies = [typeof(Router), typeof(FakeReply)];
        var options = assemblies.SelectMany(t => t.Assembly.GetExportedTypes())
            .SelectMany(t => t.GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly))
            .Where(p => (Nullable.GetUnderlyingType(p.PropertyType) ?? p.PropertyType) == typeof(TimeSpan) && p.SetMethod?.IsPublic == true)
            .Select(p => $"{p.DeclaringType!.Name}.{p.Name}")
            // What is measured, not asked for.
            .Where(name => name.Split('.')[0] is not ("LlmAttempt" or "LlmCall" or "RouteResult" or "ProviderMetrics" or "Candidate"
                or "ExplainedCandidate" or "ExplainedExclusion"));
        options.Should().BeEquivalentTo(Calls.Keys);
    }

    [Fact]
    public void Only_the_helper_for_waits_calls_the_systems_delay()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Orchestrator.sln")))
            folder = folder.Parent;
        Directory.EnumerateFiles(Path.Combine(folder!.FullName, "src"), "*.cs", SearchOption.AllDirectories)
            .Where(path => !path.Contains("/obj/", StringComparison.Ordinal))
            .Where(path => File.ReadAllText(path).Contains("Task.Delay(", StringComparison.Ordinal))
            .Select(path => Path.GetFileName(path)!)
            .Should().BeEquivalentTo("Waits.cs", "LongWait.cs");
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task A_length_that_is_not_refused_where_it_is_set_works(string option, TimeSpan length, bool streamed)
    {
        using var cancel = new CancellationTokenSource();
        Task call;
        try
        {
            call = Calls[option](length, streamed, cancel.Token);
        }
        catch (ArgumentException refused)
        {
            refused.Message.Should().Contain(option.Split('.')[1], "it is refused where it is set, by name");
            return;
        }

        await Task.WhenAny(call, Task.Delay(30, CancellationToken.None));
        await cancel.CancelAsync();
        try
        {
            await call.WaitAsync(TimeSpan.FromSeconds(20), CancellationToken.None);
        }
        catch (Exception ended) when (ended is LlmException or OperationCanceledException)
        {
            for (var cause = (Exception?)ended; cause is not null; cause = cause.InnerException)
                (cause is ArgumentException or OverflowException).Should().BeFalse(cause.ToString());
        }
    }

    [Theory]
    [BothModes]
    public async Task A_wait_of_a_hundred_days_lasts_a_hundred_days(bool streamed)
    {
        var clock = new VirtualClock();
        await using var router = new Router(
            new RouterOptions { Timeouts = None, Retry = new() { MinDelay = TimeSpan.FromDays(100), MaxDelay = TimeSpan.FromDays(100) } },
            timeProvider: clock);
        router.AddProvider(
            new MockProvider("a", options: new() { Delay = default, Script = [MockOutcome.Failure(LlmErrorKind.ServerError)] }));
        await clock.RunAsync(CallAsync(router, new LlmRequest("hi"), streamed, default));
        clock.Elapsed.Should().BeCloseTo(TimeSpan.FromDays(100), TimeSpan.FromMinutes(1));
    }

    private static TimeoutOptions None { get; } = new()
    {
        FirstToken = Timeout.InfiniteTimeSpan,
        Idle = Timeout.InfiniteTimeSpan,
        Attempt = Timeout.InfiniteTimeSpan,
        Call = Timeout.InfiniteTimeSpan,
        Stream = Timeout.InfiniteTimeSpan,
    };

    /// <summary>The router's limits, the provider's and the request's; one call that is served and one that waits in the queue.</summary>
    private static Task LimitedAsync(TimeoutOptions limits, bool streamed, CancellationToken cancel)
    {
        return RunAsync();

        async Task RunAsync()
        {
            await using var server = new FakeOpenAiServer();
            foreach (var of in new[] { "router", "provider", "request" })
            {
                await using var router = new Router(
                    new RouterOptions { Timeouts = of == "router" ? limits : None, Retry = RetryOptions.None });
                var real = new OpenAiCompatibleProvider("real", new() { BaseUrl = server.BaseUrl, Model = "m" });
                router.AddProvider(real, new() { Timeouts = of == "provider" ? limits : null });
                var request = new LlmRequest("hi") { Timeouts = of == "request" ? limits : null };
                await QuietlyAsync(() => CallAsync(router, request, streamed, cancel));
            }

            await using var full = new Router(new RouterOptions { Timeouts = limits });
            full.AddProvider(new MockProvider("a", options: new() { Script = [MockOutcome.Hang()] }), new() { MaxConcurrency = 1 });
            using var leave = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            var first = QuietlyAsync(() => CallAsync(full, new LlmRequest("hi"), streamed, leave.Token));
            var second = CallAsync(full, new LlmRequest("hi"), streamed, cancel);
            await Task.WhenAny(second, Task.Delay(20, CancellationToken.None));
            await leave.CancelAsync();
            await first;
            await second;
        }
    }

    private static async Task RetriedAsync(RetryOptions retry, TimeSpan? retryAfter, bool streamed, CancellationToken cancel)
    {
        await using var router = new Router(
            new RouterOptions { Timeouts = None, Retry = retry, Health = new() { LongestRetryAfter = TimeSpan.MaxValue } });
        var wait = retryAfter is { } asked && asked < TimeSpan.Zero ? TimeSpan.Zero : retryAfter;
        router.AddProvider(new MockProvider("a", options: new()
        {
            Delay = default,
            Script = [MockOutcome.Failure(
                wait is null ? LlmErrorKind.ServerError : LlmErrorKind.RateLimited, 503, wait), MockOutcome.Success("b")],
        }));
        await CallAsync(router, new LlmRequest("hi"), streamed, cancel);
        _ = router.GetMetrics();
    }

    /// <summary>One provider is ejected or left out, the other full: the call waits for either.</summary>
    private static Task EjectedAsync(HealthOptions health, LlmErrorKind kind, bool streamed, CancellationToken cancel)
    {
        return RunAsync();

        async Task RunAsync()
        {
            await using var router = new Router(new RouterOptions { Timeouts = None, Health = health, Retry = RetryOptions.None });
            var failures = Enumerable.Repeat(MockOutcome.Failure(kind, null, TimeSpan.MaxValue), 6);
            router.AddProvider(new MockProvider("a", options: new() { Delay = default, Script = [.. failures] }));
            for (var i = 0; i < 4; i++)
                await QuietlyAsync(() => CallAsync(router, new LlmRequest("hi"), streamed, cancel));
            _ = (router.GetMetrics(), router.Explain(new LlmRequest("hi")));
            router.AddProvider(new MockProvider("b", options: new() { Script = [MockOutcome.Hang()] }), new() { MaxConcurrency = 1 });
            using var leave = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            var first = QuietlyAsync(
                () => CallAsync(router, new LlmRequest("hi") { Options = new() { ModelId = "b" } }, streamed, leave.Token));
            var second = CallAsync(router, new LlmRequest("hi"), streamed, cancel);
            await Task.WhenAny(second, Task.Delay(20, CancellationToken.None));
            await leave.CancelAsync();
            await first;
            await second;
        }
    }

    private static Task<List<ChatResponseUpdate>> AskAsync(ILlmProvider provider, bool streamed, CancellationToken cancel) =>
        provider.ReadAsync(streamed ? Reading.Streamed() : Reading.Buffered(), cancel);

    private static async Task CallAsync(Router router, LlmRequest request, bool streamed, CancellationToken cancel)
    {
        if (!streamed)
        {
            await router.RouteAsync(request, cancel);
            return;
        }

        await foreach (var _ in router.RouteStreamAsync(request, cancel))
        {
        }
    }

    private static async Task QuietlyAsync(Func<Task> call)
    {
        try
        {
            await call();
        }
        catch (Exception ended) when (ended is LlmException or OperationCanceledException)
        {
            for (var cause = (Exception?)ended; cause is not null; cause = cause.InnerException)
                (cause is ArgumentException or OverflowException).Should().BeFalse(cause.ToString());
        }
    }
}
