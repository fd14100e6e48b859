using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.DependencyInjection;

/// <summary>A key that was put into the wrong line of the configuration, as a value or as a name, is in no message.</summary>
public class SecretSettingsTests
{
    private const string Whole = """
        {
          "Strategy": "random", "MaxAttempts": 3, "MidStream": "Throw", "RefusalAction": "Return",
          "Timeouts": { "Connect": "00:00:05", "FirstToken": "00:00:10", "Idle": "00:00:10", "Attempt": "00:01:00", "Call": "00:02:00",
            "Stream": "00:10:00" },
          "Retry": { "MaxRetriesPerProvider": 1, "MinDelay": "00:00:00.2", "MaxDelay": "00:00:01", "LongestRetryAfter": "00:00:03",
            "BudgetShare": 0.2, "BudgetPerSecond": 10 },
          "Health": { "ConsecutiveFailures": 3, "CoolDown": "00:00:05", "LongestCoolDown": "00:01:00", "ExclusionTime": "00:05:00",
            "LongestRetryAfter": "00:01:00", "FirstExclusionTime": "00:00:05" },
          "Prices": { "Base": "Empty", "Currency": "USD", "Models": [ { "Vendor": "v", "Model": "m", "PromptPer1K": 1,
            "CompletionPer1K": 1, "CachedPromptPer1K": 1, "AsOf": "2026-01-01", "Source": "s" } ] },
          "Providers": [
            { "Name": "a", "Type": "openai", "Model": "m", "BaseUrl": "http://localhost:1/v1", "ApiKey": "k",
              "AuthorizationScheme": "Bearer", "Headers": { "X-Title": "t" }, "Vendor": "v",
              "UseMaxCompletionTokens": true, "RequestUsage": true, "Capabilities": "All", "ContextWindow": 5, "MalformedEvents": "Throw",
              "Aliases": [ "b" ], "MaxConcurrency": 1, "QueueLimit": 1,
              "Price": { "PromptPer1K": 1, "CompletionPer1K": 1 }, "Timeouts": { "Idle": "00:00:05" }, "Preset": "CloudRu" },
            { "Name": "c", "Type": "ollama", "Model": "m", "BaseUrl": "http://localhost:1", "ContextLength": 5, "KeepAlive": "00:05:00",
              "Think": true, "Truncate": true, "ModelOptions": { "top_k": 1 } },
            { "Name": "d", "Type": "gigachat", "Model": "m", "AuthorizationKey": "a2V5OmtleQ==", "Scope": "GIGACHAT_API_PERS",
              "BaseUrl": "http://localhost:1", "AuthUrl": "http://localhost:1/a", "SessionId": "s", "RepetitionPenalty": 1.1,
              "UpdateInterval": "00:00:01", "ProfanityCheck": true, "TrustedRootsFile": "/none", "ClientCertificateFile": "/none",
              "ClientKeyFile": "/none", "ClientKeyPassword": "p", "Headers": { "X-Client-ID": "t" } },
            { "Name": "e", "Type": "yandexgpt", "Model": "m", "FolderId": "b1gfolder00000000000", "ApiKey": "k",
              "BaseUrl": "http://localhost:1", "DataLogging": true, "Reasoning": true, "ServiceAccountKeyFile": "/none" },
            { "Name": "f", "Type": "mock", "Model": "mock-normal", "Delay": "00:00:01", "ChunkDelay": "00:00:01", "Reply": "r",
              "FailureRate": 0.5, "Seed": 1 } ]
        }
        """;

    public static TheoryData<string> Secrets => new(
        "sk-proj-Wren7Heath9Fjord2Larch4Moss", "plainlettersonlysecret", "https://user:Wren7Heath9@host.example/v1?key=Wren7Heath9",
        "https:Wren7Heath9Fjord2", "4921837465012845", "Wren7Heath9,Fjord2", "infinite-Wren7Heath9",
        "GIGACHAT_API_PERS_Wren7", "true Wren7Heath9", "00:00:30 Wren7Heath9", "{\"private_key\":\"Wren7Heath9\"}",
        "Wren7Heath9\u202E\nFjord2");

    [Theory]
    [MemberData(nameof(Secrets))]
    public void A_key_in_a_wrong_line_is_in_no_message(string secret)
    {
        var flat = Flat(Whole);
        // Each secret in some of the lines, and each line with some of the secrets; all with all where the tests are thorough.
        var every = Effort.Of(4, 1);
        foreach (var (path, _) in flat.Where((_, i) => (i + secret.Length) % every == 0))
        {
            // As the value; as the name of a key beside it; in place of the section around it; as the name of it.
            Look(flat.Where(p => p.Key != path).Append(new(path, secret)), secret);
            var parent = path[..path.LastIndexOf(':')];
            Look(flat.Append(new($"{parent}:{secret.Replace(':', '.')}", "x")), secret);
            Look(flat.Append(new($"{parent}:{secret.Replace(':', '.')}", "")), secret);
            Look(flat.Where(p => !p.Key.StartsWith(parent + ":", StringComparison.Ordinal)).Append(new(parent, secret)), secret);
        }

        Look([new("Llm", secret)], secret);
        Look(flat.Append(new("Llm:Providers:9:Name", secret)).Append(new("Llm:Providers:9:Type", "mock"))
            .Append(new("Llm:Providers:8:Name", secret)).Append(new("Llm:Providers:8:Type", "mock")), secret);
    }

    [Theory]
    [InlineData("round-robbin", "\"round-robbin\". Did you mean round-robin?")]
    [InlineData("Best_Availble", "\"Best_Availble\". Did you mean best-available?")]
    [InlineData("3", "something else (not shown: it may be a secret).")]
    public void A_typing_error_is_shown(string value, string shown) =>
        Settings.Problems($$"""{ "Strategy": "{{value}}" }""").Should().ContainSingle().Which.Should().EndWith($"but was {shown}");

    public static TheoryData<string, string> Numbers => new()
    {
        { "Strategy", "48151623" }, { "MidStream", "48151623" }, { "Providers", "48151623" }, { "Providers:0", "48151623" },
        { "Providers:0:Type", "48151623" }, { "Prices", "48151623" }, { "Timeouts", "48:15:16:23" },
        { "Providers:0:Timeouts", "48151623" }, { "Providers:0:Capabilities", "48151623" },
        { "Providers:0:UseMaxCompletionTokens", "48151623" }, { "Prices:Base", "48151623" }, { "Prices:Join:0", "48151623" },
        { "Prices:Currency", "fjordkey" }, { "Prices:Currency", "Wren" }, { "Prices:Rates:fjordkey:Rate", "x" },
        { "Prices:Rates:fjordkey:fjordkey", "x" }, { "Prices:Rates", "48151623" },
    };

    [Theory]
    [MemberData(nameof(Numbers))]
    public void A_number_or_a_word_is_shown_only_where_it_is_expected(string key, string value)
    {
        foreach (var secret in new[] { "48151623", "48:15:16:23", "fjordkey", "Wren" }
            .Where(s => value == s || key.Contains(s, StringComparison.Ordinal)))
        {
            Look([.. Flat(Whole).Where(p => !p.Key.StartsWith($"Llm:{key}", StringComparison.Ordinal)), new($"Llm:{key}", value),
                new("Llm:Prices:Base", key == "Prices:Base" ? value : "Default")], secret);
            Look([.. Flat(Whole).Where(p => !p.Key.StartsWith("Llm:Prices", StringComparison.Ordinal)), new($"Llm:{key}", value),
                new("Llm:Prices:Models:0:Vendor", "v"), new("Llm:Prices:Models:0:Model", "m"),
                new("Llm:Prices:Models:0:PromptPer1K", "1"), new("Llm:Prices:Models:0:CompletionPer1K", "1"),
                new("Llm:Prices:Models:0:AsOf", "2026-01-01"), new("Llm:Prices:Models:0:Currency", "fjordkey")], secret);
        }
    }

    [Theory]
    [InlineData("gigachat", "TrustedRootsFile")]
    [InlineData("gigachat", "ClientCertificateFile")]
    [InlineData("yandexgpt", "ServiceAccountKeyFile")]
    public void The_name_of_a_file_that_is_not_there_is_in_no_text_of_the_error(string type, string key)
    {
        foreach (var secret in new[] { "sk-proj-Wren7Heath9", "/sk-proj-Wren7Heath9", "\0Wren7" })
        {
            Look([new("Llm:Providers:0:Name", "a"), new("Llm:Providers:0:Type", type), new("Llm:Providers:0:Model", "m"),
                new("Llm:Providers:0:FolderId", "b1gfolder00000000000"),
                new($"Llm:Providers:0:{(type == "gigachat" ? "AuthorizationKey" : "Reply")}", "a2V5OmtleQ=="),
                new($"Llm:Providers:0:{key}", secret)], secret);
        }

        var direct = Record.Exception(() => new Orchestrator.Providers.GigaChatProvider("g", new Orchestrator.Providers.GigaChatOptions
        {
            AuthorizationKey = "a2V5OmtleQ==",
            TrustedRootsFile = "sk-proj-Wren7Heath9"
        }));
        $"{direct}".Should().Contain("TrustedRootsFile").And.NotContain("Wren7");
    }

    private static void Look(IEnumerable<KeyValuePair<string, string?>> settings, string secret)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(settings.GroupBy(s => s.Key, StringComparer.OrdinalIgnoreCase).Select(g => g.Last())).Build();
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddLlmRouter(configuration.GetSection("Llm"), null, _ => null);
        using var provider = services.BuildServiceProvider();
        var error = Record.Exception(() => provider.GetRequiredService<Router>());
        if (error is null)
            return;
        var said = $"{error} {string.Join(' ', (error as Microsoft.Extensions.Options.OptionsValidationException)?.Failures ?? [])}";
        foreach (var piece in new[] { secret, "Wren7", "Heath9", "Fjord2", "plainlettersonly" }
            .Where(p => secret.Contains(p, StringComparison.Ordinal)))
            said.Should().NotContain(piece);
    }

    private static List<KeyValuePair<string, string?>> Flat(string json)
    {
        var flat = new List<KeyValuePair<string, string?>>();
        Add("Llm", JsonDocument.Parse(json).RootElement);
        return flat;

        void Add(string path, JsonElement at)
        {
            if (at.ValueKind == JsonValueKind.Object)
            {
                foreach (var p in at.EnumerateObject())
                    Add($"{path}:{p.Name}", p.Value);
            }
            else if (at.ValueKind == JsonValueKind.Array)
            {
                var i = 0;
                foreach (var item in at.EnumerateArray())
                    Add($"{path}:{i++}", item);
            }
            else
            {
                flat.Add(new(path, at.ToString()));
            }
        }
    }
}
