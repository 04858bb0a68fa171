package dev.littoral.activities.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.littoral.activities.catalog.Segment.FragmentSpan;
import dev.littoral.activities.catalog.Segment.RowLocation;
import dev.littoral.activities.catalog.Segment.RowSpan;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.workflows.model.FailureType;
import dev.littoral.workflows.model.Json;
import java.util.List;
import org.junit.jupiter.api.Test;

class SegmentTest {
    /** Rows 10 to 14 of a, 0 to 0 of b, and all three of c. */
    private static final Segment SEGMENT = new Segment(
            7,
            List.of(
                    new FragmentSpan("/a", "v1", 10, 15, 0, 0, null, null, null),
                    new FragmentSpan("/b", "v2", 0, 1, 5, 0, null, null, null),
                    new FragmentSpan("/c", "v3", 0, 3, 6, 0, null, null, null)));

    @Test
    void theFirstAndLastRowOfEachFragmentAreExact() {
        assertThat(SEGMENT.rows()).isEqualTo(9);
        assertThat(SEGMENT.locate(0)).isEqualTo(new RowLocation(7, 0, "/a", "v1", 0, 0, 10, null));
        assertThat(SEGMENT.locate(4)).isEqualTo(new RowLocation(7, 4, "/a", "v1", 0, 4, 14, null));
        assertThat(SEGMENT.locate(5)).isEqualTo(new RowLocation(7, 5, "/b", "v2", 1, 0, 0, null));
        assertThat(SEGMENT.locate(6)).isEqualTo(new RowLocation(7, 6, "/c", "v3", 2, 0, 0, null));
        assertThat(SEGMENT.locate(8)).isEqualTo(new RowLocation(7, 8, "/c", "v3", 2, 2, 2, null));
    }

    @Test
    void aRowBeyondTheSegmentIsAnErrorThatNamesSegmentAndRange() {
        for (long row : List.of(-1L, 9L, Long.MIN_VALUE, Long.MAX_VALUE)) {
            assertThatThrownBy(() -> SEGMENT.locate(row))
                    .isInstanceOfSatisfying(
                            LittoralException.class, e -> assertThat(e.type()).isEqualTo(FailureType.INPUT))
                    .hasMessage("Segment 7 has no row " + row + "; expected 0 to 8");
        }
    }

    @Test
    void rowsBeyondTwoToThe32AreExact() {
        long huge = 1L << 40;
        Segment segment = new Segment(
                1,
                List.of(
                        new FragmentSpan("/a", "v", 5, huge, 0, 0, null, null, null),
                        new FragmentSpan("/b", "v", 0, huge, huge - 5, 0, null, null, null)));
        assertThat(segment.rows()).isEqualTo(2 * huge - 5);
        assertThat(segment.locate(huge - 6).fileRow()).isEqualTo(huge - 1);
        assertThat(segment.locate(huge - 5)).isEqualTo(new RowLocation(1, huge - 5, "/b", "v", 1, 0, 0, null));
        assertThat(segment.locate(2 * huge - 6).fileRow()).isEqualTo(huge - 1);
    }

    @Test
    void deadRowsAreNumberedAndNotCounted() {
        Segment segment = new Segment(
                7,
                List.of(
                        new FragmentSpan("/a", "v1", 10, 15, 0, 5, 3L, null, null),
                        new FragmentSpan("/b", "v1", 0, 4, 5, 1, null, null, null)));
        assertThat(List.of(segment.rows(), segment.dead(), segment.laidOutRows()))
                .containsExactly(3L, 6L, 9L);
        assertThat(segment.locate(2)).isEqualTo(new RowLocation(7, 2, "/a", "v1", 0, 2, 12, 3L));
        assertThat(segment.locate(8)).isEqualTo(new RowLocation(7, 8, "/b", "v1", 1, 3, 3, null));
    }

    /** Rows 12 and 13 of a are rows 5 and 6 of c, row 10 is row 7 of b; the others died before they were moved. */
    @Test
    void aRowThatWasMovedIsWhereItIsNow() {
        Segment segment = new Segment(
                7,
                List.of(
                        new FragmentSpan("/z", "v0", 0, 100, 0, 0, null, null, null),
                        new FragmentSpan(
                                "/a",
                                "v1",
                                10,
                                15,
                                100,
                                2,
                                null,
                                null,
                                List.of(
                                        new MovedRows("/c", "v3", List.of(new MovedRows.Range(12, 14, 5))),
                                        new MovedRows("/b", "v2", List.of(new MovedRows.Range(10, 11, 7)))))));
        assertThat(segment.fragments().getLast().rows())
                .containsExactly(new RowSpan("/b", "v2", 7, 8, 100), new RowSpan("/c", "v3", 5, 7, 102));
        assertThat(segment.fragments().getFirst().rows()).containsExactly(new RowSpan("/z", "v0", 0, 100, 0));
        assertThat(segment.locate(99)).isEqualTo(new RowLocation(7, 99, "/z", "v0", 0, 99, 99, null));
        assertThat(segment.locate(100)).isEqualTo(new RowLocation(7, 100, "/b", "v2", 1, 0, 7, null));
        assertThat(segment.locate(101)).isEqualTo(new RowLocation(7, 101, "/a", "v1", 1, 1, 11, null));
        assertThat(segment.locate(102)).isEqualTo(new RowLocation(7, 102, "/c", "v3", 1, 2, 5, null));
        assertThat(segment.locate(103)).isEqualTo(new RowLocation(7, 103, "/c", "v3", 1, 3, 6, null));
        assertThat(segment.locate(104)).isEqualTo(new RowLocation(7, 104, "/a", "v1", 1, 4, 14, null));
    }

    /** What the command line prints. */
    @Test
    void itsJsonHasItsIdItsRowsAndItsFragments() throws Exception {
        Segment segment = new Segment(7, List.of(new FragmentSpan("/a", "v1", 10, 15, 0, 0, null, null, null)));
        assertThat(Json.JSON.writeValueAsString(segment))
                .isEqualTo("{\"segment\":7,\"rows\":5,\"dead\":0,\"fragments\":"
                        + "[{\"file\":\"/a\",\"version\":\"v1\",\"start\":10,\"end\":15,\"from\":0}]}");
        assertThat(Json.JSON.writeValueAsString(segment.locate(1)))
                .isEqualTo("{\"segment\":7,\"row\":1,\"file\":\"/a\",\"version\":\"v1\","
                        + "\"fragment\":0,\"fragmentRow\":1,\"fileRow\":11}");
    }
}
