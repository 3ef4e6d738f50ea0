using HalfFull.Gateway.Replicas;

namespace HalfFull.Gateway.Tests.Replicas;

public sealed class FoundShareTests
{
    [Fact]
    public void What_is_found_is_believed_until_answers_say_otherwise_and_again_after_a_restart()
    {
        var share = new FoundShare();
        for (var i = 0; i < 7; i++)
        {
            share.Told(1, 1000, 0);
            Assert.Equal(1, share.At(1));
        }

        share.Told(1, 1000, 0);
        Assert.Equal(1.0 / 64, share.At(1));
        Assert.Equal(1, share.At(2));
        share.Told(2, 1000, 0);
        Assert.Equal(1, share.At(2));
    }

    [Fact]
    public void It_comes_to_the_share_that_is_found_though_less_is_believed_by_then()
    {
        var share = new FoundShare();
        for (var i = 0; i < 200; i++)
        {
            share.Told(1, (int)(1000 * share.At(1)), 400);
        }

        Assert.Equal(0.4, share.At(1), 0.01);
        for (var i = 0; i < 200; i++)
        {
            share.Told(1, (int)(1000 * share.At(1)), 5000);
        }

        Assert.Equal(1, share.At(1), 0.01);
    }
}
