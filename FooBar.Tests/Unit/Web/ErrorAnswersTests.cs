using FooBar.Data.Routing;
using FooBar.ServiceDefaults.Proxies;
using FooBar.Web.Features.Errors;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;

namespace FooBar.Tests.Unit.Web;

public sealed class ErrorAnswersTests
{
    [Fact]
    public void Problem_OfAWriteThatFoundNoPrimary_SaysThatNothingWasWritten() => Assert.Equal("no", WrittenAfter(new NoPrimaryException("None.")));

    [Fact]
    public void Problem_OfAWriteThatTheGatewayHasAskedOfAnotherReplicaBefore_SaysThatItIsUnknown() =>
        Assert.Equal("unknown", WrittenAfter(new NoPrimaryException("None."), askedAgain: true));

    [Fact]
    public void Problem_OfACommitThatWasNotSettled_SaysThatItIsUnknown() =>
        Assert.Equal("unknown", WrittenAfter(new OutcomeUnknownException("Cut off.", new IOException())));

    [Fact]
    public void Problem_OfARead_SaysNothingOfWriting() => Assert.Null(WrittenAfter(new NoReadableCopyException("None.")));

    private static object? WrittenAfter(Exception failure, bool askedAgain = false)
    {
        var (problem, http) = (new ProblemDetails(), new DefaultHttpContext());
        if (askedAgain)
        {
            http.Request.Headers[GatewayHeaders.AskedAgain] = "1";
        }

        ErrorAnswers.SayWhatWasWritten(new ProblemDetailsContext { HttpContext = http, Exception = failure, ProblemDetails = problem });
        return problem.Extensions.TryGetValue("written", out var written) ? written : null;
    }
}
