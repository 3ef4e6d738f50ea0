using HalfFull.Metrics;

namespace HalfFull.Tests.Metrics;

public sealed class KendallTests
{
    [Fact]
    public void Equal_rankings_give_1_opposite_ones_minus_1_and_ties_count_as_neither()
    {
        Assert.Equal(1, Kendall.Tau([1, 2, 3, 4], [10, 20, 30, 40]));
        Assert.Equal(-1, Kendall.Tau([1, 2, 3, 4], [4, 3, 2, 1]));
        Assert.Equal(4 / 6.0, Kendall.Tau([1, 2, 3, 4], [2, 1, 3, 4]), 1e-12);
        Assert.Equal(5 / 6.0, Kendall.Tau([1, 2, 3, 4], [1, 1, 3, 4]), 1e-12);
        Assert.Equal(1, Kendall.Tau([5], [7]));
        Assert.Throws<ArgumentException>(() => Kendall.Tau([1, 2], [1]));
    }
}
