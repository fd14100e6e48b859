namespace Orchestrator.Tests.Accounting;

/// <summary>The counts of pieces met lately.</summary>
public class PieceCountsTests
{
    private readonly PieceCounts _counts = new();

    [Theory]
    [InlineData(1)]
    [InlineData(255)]
    public void A_count_is_remembered(int count)
    {
        _counts.Find(" piece", out var hash).Should().Be(0);
        _counts.Remember(hash, count);
        _counts.Find(" piece", out _).Should().Be(count);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(256)]
    [InlineData(511)]
    public void A_count_that_does_not_fit_is_not_remembered_and_displaces_none(int count)
    {
        _counts.Find(" piece", out var hash);
        _counts.Remember(hash, 5);
        // Of the same slot: the lowest bits choose it.
        _counts.Remember(hash ^ (1UL << 40), count);
        _counts.Find(" piece", out _).Should().Be(5);
    }

    [Fact]
    public void The_piece_met_last_displaces_the_other_of_its_slot()
    {
        _counts.Find(" piece", out var hash);
        _counts.Remember(hash, 5);
        _counts.Remember(hash ^ (1UL << 40), 6);
        _counts.Find(" piece", out _).Should().Be(0);
    }

    [Fact]
    public void Pieces_of_four_characters_never_share_a_hash_and_spread_over_the_slots()
    {
        var hashes = new HashSet<ulong>();
        var slots = new HashSet<ulong>();
        var pieces = 0;
        Span<char> piece = stackalloc char[4];
        for (var i = 0; i < 12 * 12 * 12 * 12; i++, pieces++)
        {
            for (var (at, rest) = (0, i); at < piece.Length; at++, rest /= 12)
                piece[at] = (char)('a' + (rest % 12));
            _counts.Find(piece, out var hash);
            hashes.Add(hash);
            if (i < 8192)
                slots.Add(hash % 8192);
        }
        hashes.Should().HaveCount(pieces);
        // Chance alone fills 63 % of as many slots as there are pieces.
        slots.Count.Should().BeInRange(4900, 5500);
    }

    [Fact]
    public void No_bit_of_a_piece_is_lost_on_the_way_to_its_hash()
    {
        // Made from the first factor: after it these two differ in the lowest bit alone,
        // which a one 29 bits above would cover if it were not flipped.
        _counts.Find("\u8E88\u8664\u0997\u8B70", out var one);
        _counts.Find("\u01CD\u1F9C\u8D79\u7D4E", out var other);
        one.Should().NotBe(other);
    }
}
