using Orchestrator.Providers;

namespace Orchestrator.DependencyInjection;

/// <summary>The kinds of value that providers on HTTP share. None of these messages shows what was typed: it could be a secret.</summary>
internal static class HttpSettingsValues
{
    public static Uri? Address(this SettingsReader reader, string key, string example)
    {
        Uri? address = null;
        if (reader.OptionalText(key) is { } text)
            reader.Check(key, setting => address = HttpAddress.Parse(text, setting, example));
        return address;
    }

    /// <summary>A key that goes into a header.</summary>
    public static string? Secret(this SettingsReader reader, string key, string hint)
    {
        if (reader.Text(key) is not { } text)
            return null;
        if (string.IsNullOrWhiteSpace(text))
        {
            reader.Refuse(key, "a text that is not empty", hint);
            return null;
        }

        reader.Check(key, setting => HeaderValue.Checked(text.Trim(), setting));
        return text.Trim();
    }

    public static void RequireSecret(this SettingsReader reader, string key, string? value, string expected)
    {
        if (value is null && reader.Text(key) is null)
            reader.Refuse(key, expected);
    }

    /// <summary>The environment's value for a missing key.</summary>
    public static T? FromEnvironment<T>(this SettingsReader reader, string key, Func<Func<string, string?>, T?> read)
        where T : class
    {
        // A key with an error is not missing.
        if (reader.Text(key) is not null)
            return null;
        T? value = null;
        reader.Check(key, _ => value = read(reader.Environment));
        return value;
    }

    /// <summary>Reports what a check that throws has to say. A message about something else than the key, such as a variable, names the key
    /// too.</summary>
    public static void Check(this SettingsReader reader, string key, Action<string> check)
    {
        var setting = reader.PathOf(key);
        try
        {
            check(setting);
        }
        catch (ArgumentException error)
        {
            var message = error.Plain();
            reader.Problem(message.StartsWith(setting, StringComparison.Ordinal) ? message : $"{setting} is not set. {message}");
        }
    }

    /// <summary>Names with commas between, as enumerations write themselves.</summary>
    public static ProviderCapabilities? Capabilities(this SettingsReader reader, string key) => reader.Value<ProviderCapabilities>(
        key,
        "All, None, or some of Tools, Images, StructuredOutput and Reasoning with commas between",
        TryCapabilities,
        static _ => "",
        Enum.GetNames<ProviderCapabilities>());

    private static bool TryCapabilities(string text, out ProviderCapabilities value)
    {
        value = ProviderCapabilities.None;
        foreach (var word in text.Split(',', StringSplitOptions.TrimEntries))
        {
            // By name only: a number would parse as well.
            var name = Array.Find(Enum.GetNames<ProviderCapabilities>(), known => NearestName.Plain(known) == NearestName.Plain(word));
            if (name is null)
                return false;
            value |= Enum.Parse<ProviderCapabilities>(name);
        }

        return true;
    }
}
