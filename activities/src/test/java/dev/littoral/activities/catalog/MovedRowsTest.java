package dev.littoral.activities.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.littoral.activities.catalog.MovedRows.Range;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Parts and sums of redirects. */
class MovedRowsTest {
    private static final Range RANGE = new Range(10, 20, 100);

    @Test
    void aPartOfARangeIsWhereItWas() {
        assertThat(RANGE.count()).isEqualTo(10);
        assertThat(RANGE.within(0, 30)).isEqualTo(RANGE);
        assertThat(RANGE.within(12, 15)).isEqualTo(new Range(12, 15, 102));
        assertThat(RANGE.within(0, 11)).isEqualTo(new Range(10, 11, 100));
        assertThat(RANGE.within(19, 30)).isEqualTo(new Range(19, 20, 109));
        assertThat(RANGE.within(0, 10)).isNull();
        assertThat(RANGE.within(20, 30)).isNull();
    }

    @Test
    void aRangeIsFollowedByOneThatGoesOnHereAndThere() {
        assertThat(RANGE.isFollowedBy(new Range(20, 25, 110))).isTrue();
        assertThat(RANGE.isFollowedBy(new Range(20, 25, 111))).isFalse();
        assertThat(RANGE.isFollowedBy(new Range(21, 25, 110))).isFalse();
        assertThat(RANGE.with(new Range(20, 25, 110))).isEqualTo(new Range(10, 25, 100));
    }

    @Test
    void redirectsWithinRowsAreThoseOfTheRows() {
        MovedRows first = new MovedRows("a", "1", List.of(RANGE, new Range(30, 35, 0)));
        MovedRows second = new MovedRows("b", "2", List.of(new Range(20, 30, 7)));
        List<MovedRows> all = List.of(first, second);
        assertThat(MovedRows.count(all)).isEqualTo(25);
        assertThat(MovedRows.within(all, 0, 100)).isEqualTo(all);
        assertThat(MovedRows.within(all, 18, 31))
                .containsExactly(
                        new MovedRows("a", "1", List.of(new Range(18, 20, 108), new Range(30, 31, 0))), second);
        assertThat(MovedRows.within(all, 0, 20)).containsExactly(new MovedRows("a", "1", List.of(RANGE)));
    }
}
