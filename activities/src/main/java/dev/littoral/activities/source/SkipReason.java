package dev.littoral.activities.source;

/** The reason why a listing leaves something out. Its text is in the skip report. */
public enum SkipReason {
    HIDDEN("hidden: a part of the path starts with _ or ."),
    UNFINISHED("hidden: a part of the path ends with ._COPYING_ or .tmp, as while it is written"),
    DIRECTORY_MARKER("directory marker"),
    ZERO_BYTES("zero bytes"),
    NOT_INCLUDED("matches no include glob"),
    EXCLUDED("matches an exclude glob"),
    SYMBOLIC_LINK("symbolic link: not followed"),
    NOT_A_FILE("neither a file nor a folder"),
    UNREADABLE_NAME("name is not valid UTF-8");

    private final String text;

    SkipReason(String text) {
        this.text = text;
    }

    public String text() {
        return text;
    }
}
