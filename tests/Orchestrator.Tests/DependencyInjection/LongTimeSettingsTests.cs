using System.Globalization;

namespace Orchestrator.Tests.DependencyInjection;

/// <summary>A time of any length that an option takes in code is taken from a file too.</summary>
public class LongTimeSettingsTests
{
    private static readonly TimeSpan[] Lengths =
        [TimeSpan.FromTicks(1), TimeSpan.FromDays(24.9), TimeSpan.FromDays(49.8), TimeSpan.FromDays(10_000), TimeSpan.MaxValue];

    private static readonly Dictionary<string, Func<RouterOptions, TimeSpan?>> Router = new()
    {
        ["Timeouts:Connect"] = o => o.Timeouts.Connect,
        ["Timeouts:FirstToken"] = o => o.Timeouts.FirstToken,
        ["Timeouts:Idle"] = o => o.Timeouts.Idle,
        ["Timeouts:Attempt"] = o => o.Timeouts.Attempt,
        ["Timeouts:Call"] = o => o.Timeouts.Call,
        ["Timeouts:Stream"] = o => o.Timeouts.Stream,
        ["Retry:MaxDelay"] = o => o.Retry.MaxDelay,
        ["Retry:LongestRetryAfter"] = o => o.Retry.LongestRetryAfter,
        ["Health:CoolDown"] = o => o.Health.CoolDown,
        ["Health:LongestCoolDown"] = o => o.Health.LongestCoolDown,
        ["Health:LongOutageCoolDown"] = o => o.Health.LongOutageCoolDown,
        ["Health:LongestRetryAfter"] = o => o.Health.LongestRetryAfter,
        ["Health:FirstExclusionTime"] = o => o.Health.FirstExclusionTime,
        ["Health:ExclusionTime"] = o => o.Health.ExclusionTime,
    };

    public static TheoryData<string, TimeSpan> RouterRows => Rows(Router.Keys);

    public static TheoryData<string, TimeSpan> ProviderRows => Rows(
    [
        """ "Type": "mock", "Delay": """, """ "Type": "mock", "ChunkDelay": """,
        """ "Type": "ollama", "Model": "m", "KeepAlive": """,
        """ "Type": "gigachat", "Model": "m", "AuthorizationKey": "a2V5OmtleQ==", "UpdateInterval": """,
    ]);

    [Theory]
    [MemberData(nameof(RouterRows))]
    public void A_router_s_time_of_any_length_is_read(string key, TimeSpan length)
    {
        var names = key.Split(':');
        // What must not be shorter than another is set with it.
        var longest = names[0] == "Health" && names[1] == "CoolDown" ? $", \"LongestCoolDown\": \"{TimeSpan.MaxValue:c}\"" : "";
        var least = key == "Retry:MaxDelay" ? ", \"MinDelay\": \"00:00:00\"" : "";
        var json = string.Create(
            CultureInfo.InvariantCulture, $$"""{ "{{names[0]}}": { "{{names[1]}}": "{{length:c}}"{{longest}}{{least}} } }""");
        Router[key](Settings.Options(json)).Should().Be(length);
    }

    [Theory]
    [MemberData(nameof(ProviderRows))]
    public void A_provider_s_time_of_any_length_is_read(string entry, TimeSpan length) =>
        Settings.Entries(string.Create(CultureInfo.InvariantCulture, $$"""{ "Providers": [ { "Name": "a", {{entry}}"{{length:c}}" } ] }"""))
            .Should().ContainSingle();

    private static TheoryData<string, TimeSpan> Rows(IEnumerable<string> keys)
    {
        var rows = new TheoryData<string, TimeSpan>();
        foreach (var key in keys)
        {
            foreach (var length in Lengths)
                rows.Add(key, length);
        }

        return rows;
    }
}
