package dev.littoral.activities.parquet;

import java.util.Arrays;

/**
 * Cursor over a footer's schema: the elements of a tree in depth-first order, each with its number of children. Reads
 * them one at a time, so a hostile schema costs no more memory than its bytes. An inconsistent tree is an INPUT
 * failure. One thread.
 */
final class SchemaCursor {
    /** Deeper than any schema is nested, and than readers that call themselves for each level can go. */
    private static final int MAX_DEPTH = 500;

    private final CompactReader in;
    private final int count;
    private final SchemaElement element;
    private int read;

    /** Children still to come of each group that is open, from the root. */
    private int[] pending = new int[8];

    private int open;
    private int depth;

    SchemaCursor(CompactReader in, int count) {
        this.in = in;
        this.count = count;
        this.element = new SchemaElement(in);
    }

    /** Goes to the next element, the root at first; false at the end of a whole tree. */
    boolean next() {
        while (open > 0 && pending[open - 1] == 0) {
            open--;
        }
        if (open == 0 && read > 0) {
            if (read < count) {
                throw in.corrupt("a schema tree of " + read + " elements", "all " + count + " that are listed");
            }
            return false;
        }
        if (read == count) {
            throw in.corrupt("a schema of " + count + " elements", "a whole tree");
        }
        element.read();
        read++;
        depth = open;
        if (open > 0) {
            pending[open - 1]--;
        }
        checkElement();
        if (element.children() > 0) {
            if (open == pending.length) {
                pending = Arrays.copyOf(pending, open * 2);
            }
            pending[open++] = element.children();
        }
        return true;
    }

    /** The element the cursor is at. The next step changes it. */
    SchemaElement element() {
        return element;
    }

    /** How far below the root, which is at 0. */
    int depth() {
        return depth;
    }

    private void checkElement() {
        int children = element.children();
        if (children < 0 || children > count - read) {
            throw in.corrupt(
                    "schema element " + element.name() + " with " + children + " children",
                    "0 to " + (count - read) + ", the elements left");
        }
        if (depth > MAX_DEPTH) {
            throw in.corrupt("schema elements nested deeper than " + MAX_DEPTH, "fewer levels");
        }
        if (depth == 0 && element.isLeaf()) {
            throw in.corrupt("a column as the root of the schema", "a group");
        }
        if (element.isLeaf() && children > 0) {
            throw in.corrupt("column " + element.name() + " with " + children + " children", "none");
        }
        if (depth > 0 && !element.isLeaf() && !element.hasChildren()) {
            throw in.corrupt(
                    "schema element " + element.name() + " with neither a type nor a number of children",
                    "one of them");
        }
    }
}
