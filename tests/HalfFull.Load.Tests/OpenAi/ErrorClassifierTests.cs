using System.Net.Sockets;
using HalfFull.Load.OpenAi;

namespace HalfFull.Load.Tests.OpenAi;

public sealed class ErrorClassifierTests
{
    private static readonly SocketException TimedOut = new((int)SocketError.TimedOut);

    [Fact]
    public void A_socket_that_times_out_is_counted_by_how_far_the_request_came()
    {
        Assert.Equal(ErrorClass.ConnectTimeout, ErrorClassifier.Of(new HttpRequestException(HttpRequestError.ConnectionError, "no", TimedOut), headed: false));
        Assert.Equal(ErrorClass.Reset, ErrorClassifier.Of(new HttpRequestException("no", new IOException("no", TimedOut)), headed: false));
        Assert.Equal(ErrorClass.Cut, ErrorClassifier.Of(new IOException("no", TimedOut), headed: true));
    }
}
