using System.Reflection;

namespace Orchestrator.Tests.Providers;

/// <summary>An exception object is thrown once; a copy says all that the first one says.</summary>
public class LlmExceptionCopyTests
{
    private static readonly LlmException Full = new(LlmErrorKind.RateLimited, "too many", new TimeoutException())
    {
        ProviderName = "p",
        Model = "m",
        StatusCode = 429,
        ProviderCode = "limit",
        RequestId = "id",
        RetryAfter = TimeSpan.FromSeconds(3),
        PartialText = "text",
    };

    [Fact]
    public void Every_property_survives()
    {
        var copy = Full.Copy(Full);

        var properties = typeof(LlmException).GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly);
        properties.Should().HaveCountGreaterThanOrEqualTo(8);
        foreach (var property in properties)
        {
            property.GetValue(Full).Should().NotBeNull($"{property.Name} is set above");
            property.GetValue(copy).Should().Be(property.GetValue(Full), $"{property.Name} is copied");
        }

        copy.Message.Should().Be(Full.Message);
        copy.InnerException.Should().BeSameAs(Full);
    }

    [Fact]
    public void Kind_and_message_can_be_others()
    {
        var copy = Full.Copy(Full.InnerException, LlmErrorKind.Authentication, "no token");

        copy.Kind.Should().Be(LlmErrorKind.Authentication);
        copy.Message.Should().Be("no token");
        copy.InnerException.Should().BeSameAs(Full.InnerException);
        copy.RetryAfter.Should().Be(Full.RetryAfter);
    }

    [Fact]
    public void The_copy_of_a_second_attempt_holds_no_text_of_the_first()
    {
        var error = Full.Copy(null);
        error.ClaimedBy(new object()).Should().BeSameAs(error);

        var second = error.ClaimedBy(new object());

        second.Should().NotBeSameAs(error);
        second.PartialText.Should().BeNull();
        second.RetryAfter.Should().Be(error.RetryAfter);
        second.InnerException.Should().BeSameAs(error);
    }

    [Fact]
    public void What_is_known_already_is_not_filled_in()
    {
        var error = Full.Copy(null);
        error.FillIn(new ProviderInfo("other", "v", "n"));
        error.FillIn(500, "another");
        (error.ProviderName, error.Model, error.StatusCode, error.RequestId).Should().Be(("p", "m", 429, "id"));

        var empty = new LlmException(LlmErrorKind.Unknown, "x");
        empty.FillIn(new ProviderInfo("other", "v", "n"));
        empty.FillIn(500, "another");
        (empty.ProviderName, empty.Model, empty.StatusCode, empty.RequestId).Should().Be(("other", "n", 500, "another"));
    }
}
