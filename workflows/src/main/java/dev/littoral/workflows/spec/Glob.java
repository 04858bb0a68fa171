package dev.littoral.workflows.spec;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/**
 * A pattern for the paths below a source, whose parts are joined by {@code /}. It is matched by code points, against
 * the whole path; a glob without a {@code /} is matched against the file name, in any folder.
 *
 * <ul>
 *   <li>{@code *} any characters but {@code /}, {@code ?} one character but {@code /}
 *   <li>{@code **} any characters; as a whole part it may also be no part at all: {@code **}{@code /x} matches {@code
 *   x}
 *   <li>{@code [a-z_]}, {@code [!a-z_]} one character of a set, or one outside it; never {@code /}
 *   <li>{@code {csv,parquet}} one of several globs, which may nest
 *   <li>{@code \} takes away the meaning of the character after it
 * </ul>
 *
 * Matching walks the set of all positions that a pattern can have reached, so its time is at most the glob's length
 * times the path's, whatever the glob. Safe for use by many threads.
 */
public final class Glob {
    private static final int MAX_NESTING = 10;

    private sealed interface Node {}

    private record Slash() implements Node {}

    private record Star() implements Node {}

    private record DoubleStar() implements Node {}

    private record Range(int from, int to) {}

    /** One character but {@code /}: within one of the ranges or, negated, in none. */
    private record OneOf(List<Range> ranges, boolean negated) implements Node {
        boolean contains(int c) {
            boolean found = false;
            for (Range range : ranges) {
                found |= range.from <= c && c <= range.to;
            }
            return c != '/' && found != negated;
        }
    }

    private record Choice(List<List<Node>> globs) implements Node {}

    /**
     * Positions in the path that the glob so far can have reached.
     *
     * @param at all of them
     * @param slashOptional those among them where a {@code **} has just ended at the start of a part, so that the
     *     {@code /} after it may stand for nothing
     */
    private record Reached(BitSet at, BitSet slashOptional) {
        Reached() {
            this(new BitSet(), new BitSet());
        }
    }

    private final List<Node> nodes;
    private final boolean nameOnly;

    private Glob(String glob) {
        this.nodes = new Parser(glob).parse();
        this.nameOnly = glob.indexOf('/') < 0;
    }

    /**
     * Reads a glob.
     *
     * @throws IllegalArgumentException with the sentence of {@link #problem} when there is one
     */
    public static Glob of(String glob) {
        return new Glob(glob);
    }

    /** What is wrong with a glob, as one sentence that names it, or empty when it is good. */
    public static Optional<String> problem(String glob) {
        try {
            of(glob);
            return Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.of(e.getMessage());
        }
    }

    /**
     * Whether the glob matches a whole path or, without a {@code /} in it, the path's file name.
     *
     * @param path relative to the source, parts joined by {@code /}
     */
    public boolean matches(String path) {
        int[] text = (nameOnly ? path.substring(path.lastIndexOf('/') + 1) : path)
                .codePoints()
                .toArray();
        Reached start = new Reached();
        start.at.set(0);
        return after(nodes, start, text).at.get(text.length);
    }

    private static Reached after(List<Node> nodes, Reached in, int[] text) {
        Reached reached = in;
        for (Node node : nodes) {
            if (reached.at.isEmpty()) {
                return reached;
            }
            reached = after(node, reached, text);
        }
        return reached;
    }

    private static Reached after(Node node, Reached in, int[] text) {
        Reached out = new Reached();
        switch (node) {
            case Slash() -> {
                out.at.or(in.slashOptional);
                for (int p = in.at.nextSetBit(0); p >= 0 && p < text.length; p = in.at.nextSetBit(p + 1)) {
                    if (text[p] == '/') {
                        out.at.set(p + 1);
                    }
                }
            }
            case OneOf set -> {
                for (int p = in.at.nextSetBit(0); p >= 0 && p < text.length; p = in.at.nextSetBit(p + 1)) {
                    if (set.contains(text[p])) {
                        out.at.set(p + 1);
                    }
                }
            }
            case Star() -> {
                // After ** in another pair of braces it adds nothing to it.
                out.slashOptional.or(in.slashOptional);
                int end;
                for (int p = in.at.nextSetBit(0); p >= 0; p = in.at.nextSetBit(end + 1)) {
                    end = p;
                    while (end < text.length && text[end] != '/') {
                        end++;
                    }
                    out.at.set(p, end + 1);
                }
            }
            case DoubleStar() -> {
                out.at.set(in.at.nextSetBit(0), text.length + 1);
                for (int p = out.at.nextSetBit(0); p >= 0; p = out.at.nextSetBit(p + 1)) {
                    out.slashOptional.set(p, p == 0 || text[p - 1] == '/');
                }
            }
            case Choice choice -> {
                for (List<Node> glob : choice.globs) {
                    Reached one = after(glob, in, text);
                    out.at.or(one.at);
                    out.slashOptional.or(one.slashOptional);
                }
            }
        }
        return out;
    }

    private static final class Parser {
        private final String glob;
        private final int[] text;
        private int at;
        private int depth;

        Parser(String glob) {
            if (glob == null) {
                throw new IllegalArgumentException("A glob is null; expected a pattern such as *.parquet.");
            }
            this.glob = glob;
            this.text = glob.codePoints().toArray();
        }

        List<Node> parse() {
            if (text.length == 0) {
                throw new IllegalArgumentException("A glob is empty; expected a pattern such as *.parquet.");
            }
            if (text[0] == '/') {
                throw bad("starts with /; expected a pattern for the path below the source");
            }
            if (text[text.length - 1] == '/') {
                throw bad("ends with /; expected a pattern for files, and ** after the / for all below a folder");
            }
            return sequence();
        }

        /** Everything up to the end or, within braces, up to the {@code ,} or closing brace that ends it. */
        private List<Node> sequence() {
            List<Node> nodes = new ArrayList<>();
            while (at < text.length && !(depth > 0 && (text[at] == ',' || text[at] == '}'))) {
                int c = text[at++];
                nodes.add(
                        switch (c) {
                            case '?' -> new OneOf(List.of(), true);
                            case '*' -> stars();
                            case '[' -> set();
                            case '{' -> choice();
                            case '\\' -> character(escaped());
                            default -> character(c);
                        });
            }
            return List.copyOf(nodes);
        }

        private static Node character(int c) {
            return c == '/' ? new Slash() : new OneOf(List.of(new Range(c, c)), false);
        }

        private Node stars() {
            int first = at;
            while (at < text.length && text[at] == '*') {
                at++;
            }
            return at == first ? new Star() : new DoubleStar();
        }

        private Node choice() {
            if (++depth > MAX_NESTING) {
                throw bad("nests braces more than " + MAX_NESTING + " deep");
            }
            List<List<Node>> globs = new ArrayList<>();
            do {
                globs.add(sequence());
                if (at == text.length) {
                    throw bad("has a { without its }; write \\{ for the character itself");
                }
            } while (text[at++] == ',');
            depth--;
            return new Choice(List.copyOf(globs));
        }

        private Node set() {
            boolean negated = at < text.length && text[at] == '!';
            if (negated) {
                at++;
            } else if (at < text.length && text[at] == '^') {
                throw bad("has a set that starts with ^; write [!…] for the characters outside a set");
            }
            List<Range> ranges = new ArrayList<>();
            while (at < text.length && text[at] != ']') {
                int low = member();
                int high = low;
                if (at + 1 < text.length && text[at] == '-' && text[at + 1] != ']') {
                    at++;
                    high = member();
                }
                if (high < low) {
                    throw bad("has a set whose range " + Character.toString(low) + "-" + Character.toString(high)
                            + " runs backwards");
                }
                ranges.add(new Range(low, high));
            }
            if (at++ == text.length) {
                throw bad("has a [ without its ]; write \\[ for the character itself");
            }
            if (ranges.isEmpty()) {
                throw bad("has a set with nothing in it; write \\] for the character itself");
            }
            return new OneOf(List.copyOf(ranges), negated);
        }

        private int member() {
            int c = text[at++];
            if (c == '[' && at < text.length && text[at] == ':') {
                throw bad("has a named set such as [:digit:]; write its characters, such as 0-9");
            }
            int member = c == '\\' ? escaped() : c;
            if (member == '/') {
                throw bad("has a set with /, which no set matches");
            }
            return member;
        }

        private int escaped() {
            if (at == text.length) {
                throw bad("ends with \\, which needs a character after it");
            }
            return text[at++];
        }

        private IllegalArgumentException bad(String finding) {
            return new IllegalArgumentException("The glob " + SecretScanner.shown(glob) + " " + finding + ".");
        }
    }
}
