using Orchestrator.Providers;

namespace Orchestrator.Tests.Providers.Http;

/// <summary>Which addresses no proxy may be asked for, in every way to write them.</summary>
public sealed class LocalAddressTests
{
    [Theory]
    [InlineData("http://localhost/")]
    [InlineData("http://LOCALHOST.:8080/v1")]
    [InlineData("http://model.localhost/")]
    [InlineData("http://model.LocalHost./")]
    [InlineData("http://127.0.0.1/")]
    [InlineData("http://127.1/")]
    [InlineData("http://127.255.255.254:1/")]
    [InlineData("http://2130706433/")]
    [InlineData("http://0x7f000001/")]
    [InlineData("http://0177.0.0.1/")]
    [InlineData("https://[::1]/")]
    [InlineData("https://[0:0:0:0:0:0:0:1]/")]
    [InlineData("http://[::ffff:127.0.0.1]/")]
    [InlineData("http://[::ffff:7f00:1]/")]
    [InlineData("http://[::127.0.0.1]/")]
    [InlineData("http://127.0.0.1./")]
    [InlineData("http://[64:ff9b::127.0.0.1]/")]
    [InlineData("http://[64:ff9b::7f01:203]/")]
    [InlineData("http://[64:ff9b:1::127.0.0.1]/")]
    [InlineData("http://[64:ff9b:1:7f00:0:100::]/")]
    [InlineData("http://0.0.0.0:11434/")]
    [InlineData("http://[::]:11434/")]
    public void Loopback_is_known_in_every_form(string address)
    {
        LocalAddress.IsLoopback(new Uri(address)).Should().BeTrue();
        LocalAddress.IsMetadata(new Uri(address)).Should().BeFalse();
    }

    [Theory]
    [InlineData("http://169.254.169.254/")]
    [InlineData("http://169.254.0.1/")]
    [InlineData("http://169.254.169.254./")]
    [InlineData("http://2852039166/")]
    [InlineData("http://0xA9FEA9FE/")]
    [InlineData("http://0251.0376.0251.0376/")]
    [InlineData("http://169.254.43518/")]
    [InlineData("http://[::ffff:169.254.169.254]/")]
    [InlineData("http://[::ffff:a9fe:a9fe]/")]
    [InlineData("http://[::169.254.169.254]/")]
    [InlineData("http://[64:ff9b::a9fe:a9fe]/")]
    [InlineData("http://[64:FF9B::169.254.169.254]:80/latest")]
    [InlineData("http://[64:ff9b::100.100.100.200]/")]
    [InlineData("http://[64:ff9b:1::a9fe:a9fe]/")]
    [InlineData("http://[64:ff9b:1:ab:12::a9fe:a9fe]/")]
    [InlineData("http://[64:ff9b:1:a9fe:a9:fe00::]/")]
    [InlineData("http://[64:ff9b:1:ffa9:fe:a9fe::]/")]
    [InlineData("http://[64:ff9b:1:12:a9:fea9:fe00:0]/")]
    [InlineData("http://[fe80::1]/")]
    [InlineData("http://[FE80::1%25eth0]/")]
    [InlineData("http://[febf::1]/")]
    [InlineData("http://[fd00:ec2::254]/")]
    [InlineData("http://[fd00:0ec2:0:0:0:0:0:254]/")]
    [InlineData("http://metadata.google.internal/")]
    [InlineData("http://METADATA.Google.Internal./computeMetadata/v1")]
    [InlineData("http://100.100.100.200/")]
    public void Metadata_and_link_local_are_known_in_every_form(string address)
    {
        LocalAddress.IsMetadata(new Uri(address)).Should().BeTrue();
        LocalAddress.IsLoopback(new Uri(address)).Should().BeFalse();
    }

    [Theory]
    [InlineData("https://api.openai.com/v1")]
    [InlineData("http://169.253.169.254/")]
    [InlineData("http://169.255.0.1/")]
    [InlineData("http://128.0.0.1/")]
    [InlineData("http://10.0.0.1/")]
    [InlineData("http://192.168.1.1/")]
    [InlineData("http://[fec0::1]/")]
    [InlineData("http://[fd00:ec2::255]/")]
    [InlineData("http://[::ffff:10.0.0.1]/")]
    [InlineData("http://[64:ff9b::8.8.8.8]/")]
    [InlineData("http://[64:ff9b:1::8.8.8.8]/")]
    [InlineData("http://[64:ff9b:1:808:8:800::]/")]
    [InlineData("http://[64:ff9b:2::a9fe:a9fe]/")]
    [InlineData("http://[64:ff9c::a9fe:a9fe]/")]
    [InlineData("http://[2001:db8::a9fe:a9fe]/")]
    [InlineData("http://localhost.example/")]
    [InlineData("http://notlocalhost/")]
    [InlineData("http://metadata.google.internal.example/")]
    [InlineData("http://169.254.169.254.nip.io/")]
    public void Everything_else_is_left_to_the_proxy_of_the_process(string address) =>
        LocalAddress.PassesByProxies(new Uri(address)).Should().BeFalse();

    [Fact]
    public void The_bypass_asks_the_proxy_of_the_process_only_for_other_addresses()
    {
        var proxy = new LocalBypass();
        foreach (var local in new[] { "http://localhost/", "http://169.254.169.254/" })
        {
            for (var i = 0; i < 2; i++)
                (proxy.IsBypassed(new Uri(local)), proxy.GetProxy(new Uri(local))).Should().Be((true, null));
        }

        var far = new Uri("http://server.example/");
        proxy.IsBypassed(far).Should().Be(HttpClient.DefaultProxy.IsBypassed(far));
        FluentActions.Invoking(() => proxy.Credentials = null).Should().Throw<NotSupportedException>();
    }
}
