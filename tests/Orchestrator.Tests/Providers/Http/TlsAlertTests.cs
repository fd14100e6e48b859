using Orchestrator.Providers;

namespace Orchestrator.Tests.Providers.Http;

public class TlsAlertTests
{
    [Theory]
    [InlineData(258, "TlsVersion")]
    [InlineData(1070, "TlsVersion")]
    [InlineData(185, "TlsRefused")]
    [InlineData(193, "TlsRefused")]
    [InlineData(248, "TlsRefused")]
    [InlineData(261, "TlsRefused")]
    [InlineData(1040, "TlsRefused")]
    [InlineData(1116, "ClientCertificate")]
    [InlineData(7, null)]
    public void What_either_side_refuses_is_reported_by_the_number_of_the_tls_library(int reason, string? cause) =>
        (TlsAlert.Of(new Failed(0x0A000000 | reason))?.ToString()).Should().Be(cause);

    private sealed class Failed : Exception
    {
        public Failed(int code) => HResult = code;
    }
}
