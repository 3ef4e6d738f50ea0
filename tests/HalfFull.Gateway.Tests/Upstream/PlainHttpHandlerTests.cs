using System.Net;
using System.Net.Sockets;
using System.Text;
using HalfFull.Gateway.Upstream;

namespace HalfFull.Gateway.Tests.Upstream;

public sealed class PlainHttpHandlerTests : IDisposable
{
    private const string Hello = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Type: text/plain\r\nX-Two: a\r\nX-Two: b\r\n\r\nhello";
    private readonly HttpMessageInvoker client = new(new PlainHttpHandler(TimeSpan.FromSeconds(30)));

    public void Dispose() => client.Dispose();

    [Fact]
    public async Task A_request_arrives_as_it_was_given()
    {
        var got = string.Empty;
        await using var server = new ScriptedServer(async (_, socket) =>
        {
            got = await ScriptedServer.ReadRequestAsync(socket);
            await ScriptedServer.SendAsync(socket, Hello);
        });
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(server.Address, "v1/x?y=1")) { Content = new ByteArrayContent("{\"ä\":1}"u8.ToArray()) };
        request.Headers.TryAddWithoutValidation("X-Name", "grün");
        request.Content.Headers.TryAddWithoutValidation("Content-Type", "application/json");

        using var response = await client.SendAsync(request, default);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("hello", await response.Content.ReadAsStringAsync());
        Assert.Equal("text/plain", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal(["a", "b"], response.Headers.GetValues("X-Two"));
        Assert.Equal(
            $"POST /v1/x?y=1 HTTP/1.1\r\nHost: 127.0.0.1:{server.Address.Port}\r\nX-Name: grün\r\nContent-Length: 8\r\nContent-Type: application/json\r\n\r\n{{\"ä\":1}}", got);
    }

    [Fact]
    public async Task A_long_body_arrives_whole()
    {
        var body = new string('x', 300_000);
        var got = string.Empty;
        await using var server = new ScriptedServer(async (_, socket) =>
        {
            got = await ScriptedServer.ReadRequestAsync(socket);
            await ScriptedServer.SendAsync(socket, Hello);
        });

        Assert.Equal("hello", await Post(server, body));
        Assert.EndsWith("\r\n\r\n" + body, got, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_connection_carries_one_request_after_another()
    {
        await using var server = new ScriptedServer((_, socket) => ScriptedServer.AnswerAll(socket, Hello));
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal("hello", await Post(server));
        }

        Assert.Equal(1, server.Connections);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nhi")]
    [InlineData("HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhi")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi and more")]
    public async Task A_connection_that_cannot_carry_another_is_not_used_again(string answer)
    {
        await using var server = new ScriptedServer((_, socket) => ScriptedServer.AnswerAll(socket, answer));

        Assert.Equal("hi", await Post(server));
        Assert.Equal("hi", await Post(server));
        Assert.Equal(2, server.Connections);
    }

    [Fact]
    public async Task A_connection_closed_while_idle_is_replaced()
    {
        await using var server = new ScriptedServer(async (_, socket) =>
        {
            await ScriptedServer.ReadRequestAsync(socket);
            await ScriptedServer.SendAsync(socket, Hello);
        });
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal("hello", await Post(server));
        }

        Assert.Equal(20, server.Connections);
    }

    [Fact]
    public async Task A_used_connection_that_is_cut_before_the_answer_is_replaced_but_a_fresh_one_is_an_error()
    {
        await using var server = new ScriptedServer(async (number, socket) =>
        {
            if (number == 0)
            {
                await ScriptedServer.ReadRequestAsync(socket);
                await ScriptedServer.SendAsync(socket, Hello);
            }

            await ScriptedServer.ReadRequestAsync(socket);
            if (number == 1)
            {
                await ScriptedServer.SendAsync(socket, Hello);
            }
        });

        Assert.Equal("hello", await Post(server));
        Assert.Equal("hello", await Post(server)); // cut on connection 0, answered on connection 1
        await Assert.ThrowsAsync<HttpRequestException>(() => Post(server)); // 1 has been closed, and 2 is cut
    }

    [Fact]
    public async Task Chunks_that_come_byte_by_byte_make_the_body()
    {
        await using var server = new ScriptedServer(async (_, socket) =>
        {
            socket.NoDelay = true;
            await ScriptedServer.ReadRequestAsync(socket);
            foreach (var letter in "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")
            {
                await ScriptedServer.SendAsync(socket, letter.ToString());
            }
        });

        Assert.Equal("abcde", await Post(server));
    }

    [Fact]
    public async Task A_body_may_end_with_the_connection()
    {
        await using var server = new ScriptedServer(async (_, socket) =>
        {
            await ScriptedServer.ReadRequestAsync(socket);
            await ScriptedServer.SendAsync(socket, "HTTP/1.1 200 OK\r\n\r\nall of it");
        });

        Assert.Equal("all of it", await Post(server));
    }

    [Fact]
    public async Task Interim_answers_are_passed_over()
    {
        await using var server = new ScriptedServer((_, socket) =>
            ScriptedServer.AnswerAll(socket, "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + Hello));

        Assert.Equal("hello", await Post(server));
        Assert.Equal("hello", await Post(server));
    }

    [Fact]
    public async Task An_answer_without_content_has_none()
    {
        await using var server = new ScriptedServer((_, socket) => ScriptedServer.AnswerAll(socket, "HTTP/1.1 204 No Content\r\n\r\n"));

        Assert.Equal(string.Empty, await Post(server));
        Assert.Equal(string.Empty, await Post(server));
        Assert.Equal(1, server.Connections);
    }

    [Theory]
    [InlineData("")]
    [InlineData("HTTP/1.1 200")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Le")]
    [InlineData("SSH-2.0-OpenSSH_9.2\r\n\r\n")]
    [InlineData("HTTP/2.0 200 OK\r\n\r\n")]
    [InlineData("HTTP/1.1 abc OK\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nno colon\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n")]
    public async Task What_is_no_answer_is_an_error(string answer)
    {
        await using var server = new ScriptedServer(async (_, socket) =>
        {
            await ScriptedServer.ReadRequestAsync(socket);
            await ScriptedServer.SendAsync(socket, answer);
        });

        await Assert.ThrowsAsync<HttpRequestException>(() => Post(server));
    }

    [Fact]
    public async Task A_head_without_end_is_an_error()
    {
        await using var server = new ScriptedServer(async (_, socket) =>
        {
            await ScriptedServer.ReadRequestAsync(socket);
            await ScriptedServer.SendAsync(socket, "HTTP/1.1 200 OK\r\nX: " + new string('x', 200_000));
        });

        await Assert.ThrowsAsync<HttpRequestException>(() => Post(server));
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhalf")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")]
    public async Task A_body_that_is_cut_or_damaged_is_an_error(string answer)
    {
        await using var server = new ScriptedServer(async (_, socket) =>
        {
            await ScriptedServer.ReadRequestAsync(socket);
            await ScriptedServer.SendAsync(socket, answer);
        });
        using var response = await Send(server);
        await using var body = await response.Content.ReadAsStreamAsync();

        await Assert.ThrowsAsync<HttpIOException>(() => body.CopyToAsync(Stream.Null));
    }

    [Fact]
    public async Task Leaving_a_body_closes_the_connection()
    {
        var closed = new TaskCompletionSource<int>();
        await using var server = new ScriptedServer(async (_, socket) =>
        {
            await ScriptedServer.ReadRequestAsync(socket);
            await ScriptedServer.SendAsync(socket, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nstart");
            closed.SetResult(await ReceiveOrZero(socket));
        });
        using (var response = await Send(server))
        {
            var bytes = new byte[5];
            await (await response.Content.ReadAsStreamAsync()).ReadExactlyAsync(bytes);
            Assert.Equal("start", Encoding.ASCII.GetString(bytes));
        }

        Assert.Equal(0, await closed.Task);
    }

    [Fact]
    public async Task Cancelling_before_the_answer_closes_the_connection()
    {
        var closed = new TaskCompletionSource<int>();
        using var cancellation = new CancellationTokenSource();
        await using var server = new ScriptedServer(async (_, socket) =>
        {
            await ScriptedServer.ReadRequestAsync(socket);
            await cancellation.CancelAsync();
            closed.SetResult(await ReceiveOrZero(socket));
        });

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Send(server, cancellation: cancellation.Token));
        Assert.Equal(0, await closed.Task);
    }

    [Fact]
    public async Task Nobody_there_is_an_error_that_says_so()
    {
        var server = new ScriptedServer((_, _) => Task.CompletedTask);
        var address = server.Address;
        await server.DisposeAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, address);

        var error = await Assert.ThrowsAsync<HttpRequestException>(() => client.SendAsync(request, default));

        Assert.Equal(HttpRequestError.ConnectionError, error.HttpRequestError);
    }

    [Fact]
    public async Task Many_at_once_get_each_their_own_answer()
    {
        await using var server = new ScriptedServer(async (_, socket) =>
        {
            while (await ScriptedServer.ReadRequestAsync(socket) is { Length: > 0 } request)
            {
                var body = request[(request.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..];
                await ScriptedServer.SendAsync(socket, $"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\n\r\n{body}");
            }
        });

        var answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(async i => (Sent: $"body {i}", Got: await Post(server, $"body {i}"))));

        Assert.All(answers, answer => Assert.Equal(answer.Sent, answer.Got));
    }

    private static async Task<int> ReceiveOrZero(Socket socket)
    {
        try
        {
            return await socket.ReceiveAsync(new byte[1]);
        }
        catch (SocketException)
        {
            return 0; // a reset is an end too
        }
    }

    private async Task<HttpResponseMessage> Send(ScriptedServer server, string body = "{}", CancellationToken cancellation = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, server.Address) { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) };
        return await client.SendAsync(request, cancellation);
    }

    private async Task<string> Post(ScriptedServer server, string body = "{}")
    {
        using var response = await Send(server, body);
        return await response.Content.ReadAsStringAsync();
    }
}
