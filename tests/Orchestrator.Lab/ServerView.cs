using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Orchestrator.Lab;

/// <summary>The server as it shows itself: its models, its slots, its own counters. Asked past the router.</summary>
internal sealed class ServerView(Uri url) : IDisposable
{
    private readonly HttpClient _http =
        new(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = url, Timeout = TimeSpan.FromSeconds(10) };

    public async Task<bool> IsListeningAsync()
    {
        try
        {
            using var response = await _http.GetAsync(new Uri("v1/models", UriKind.Relative));
            return true;
        }
        catch (Exception error) when (error is HttpRequestException or TaskCanceledException)
        {
            return false;
        }
    }

    /// <summary>The first of its models.</summary>
    public async Task<string> ModelAsync()
    {
        using var models = JsonDocument.Parse(await _http.GetStringAsync(new Uri("v1/models", UriKind.Relative)));
        return models.RootElement.GetProperty("data")[0].GetProperty("id").GetString()!;
    }

    /// <summary>The tokens each slot has room for and how many slots work; null when the server does not show its slots.</summary>
    public async Task<(int Context, int Busy)?> SlotsAsync()
    {
        using var response = await _http.GetAsync(new Uri("slots", UriKind.Relative));
        if (!response.IsSuccessStatusCode)
            return null;
        using var slots = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        var all = slots.RootElement.EnumerateArray().ToList();
        return (all[0].GetProperty("n_ctx").GetInt32(), all.Count(s => s.GetProperty("is_processing").GetBoolean()));
    }

    /// <summary>One of its own counters; null when it does not show them.</summary>
    public async Task<double?> CounterAsync(string name)
    {
        using var response = await _http.GetAsync(new Uri("metrics", UriKind.Relative));
        if (!response.IsSuccessStatusCode)
            return null;
        var line = (await response.Content.ReadAsStringAsync()).Split('\n')
            .FirstOrDefault(l => l.StartsWith(name + " ", StringComparison.Ordinal));
        return line is null ? null : double.Parse(line[(name.Length + 1)..], CultureInfo.InvariantCulture);
    }

    /// <summary>Waits until as many slots work, and says how long that took; null when it did not happen.</summary>
    public async Task<TimeSpan?> UntilBusyAsync(Func<int, bool> isSo, TimeSpan limit)
    {
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed < limit)
        {
            if (isSo((await SlotsAsync())?.Busy ?? 0))
                return clock.Elapsed;
            await Task.Delay(2);
        }

        return null;
    }

    public void Dispose() => _http.Dispose();
}
