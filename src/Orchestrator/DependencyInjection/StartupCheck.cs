using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Orchestrator.DependencyInjection;

/// <summary>Empty options whose validation builds and checks the router when the host starts.</summary>
/// <remarks>
/// The options of the router cannot carry this check: they are validated while the router is being built, and providers may be added to
/// a finished router before the host starts.
/// </remarks>
internal sealed class StartupCheck;

internal sealed class StartupValidation(IServiceProvider services, IEnumerable<SettingsSource> sources) : IValidateOptions<StartupCheck>
{
    public ValidateOptionsResult Validate(string? name, StartupCheck options)
    {
        if (services.GetRequiredService<Router>().Providers.Count > 0)
            return ValidateOptionsResult.Success;
        var looked = string.Concat(sources.Select(source => $" {source.WhyNoProviders()}"));
        return ValidateOptionsResult.Fail(
            "The router has no provider. Add one in the configuration (Providers) or in code, as in " +
            $"services.AddLlmRouter(…).AddMock(\"mock\").{looked}");
    }
}

/// <summary>Reports every problem of every section at once.</summary>
internal sealed class SettingsValidation(IEnumerable<SettingsSource> sources) : IValidateOptions<RouterOptions>
{
    public ValidateOptionsResult Validate(string? name, RouterOptions options)
    {
        var problems = sources.SelectMany(source => source.Problems).ToList();
        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
    }
}
