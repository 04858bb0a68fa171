package dev.littoral.activities.storage.s3;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;

/**
 * The body of a reply that has to come at a least rate. A body that crawls holds a turn that others wait for; one that
 * does not come at all is left to the time-outs of the connection. One thread.
 */
final class MinimumRateBody extends FilterInputStream {
    /**
     * How slow a body may be.
     *
     * @param window how long it is looked at before it is judged
     * @param leastBytes what has to come in each such time
     */
    record Pace(Duration window, int leastBytes) {
        /** A kilobyte a second: slow networks carry more, and what is read of a file is a few of these. */
        static final Pace USUAL = new Pace(Duration.ofSeconds(10), 10 << 10);
    }

    private final Pace pace;
    private long since = System.nanoTime();
    private long bytes;

    /** What came in a window that has passed, where that was too little; -1 where it was not. */
    private long tooFew = -1;

    MinimumRateBody(InputStream body, Pace pace) {
        super(body);
        this.pace = pace;
    }

    @Override
    public int read() throws IOException {
        int read = super.read();
        came(read < 0 ? -1 : 1);
        return read;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        int read = super.read(into, offset, length);
        came(read);
        return read;
    }

    /** skip() is not used, and would not be counted. */
    @Override
    public long skip(long n) {
        return 0;
    }

    private void came(int read) {
        if (read < 0) {
            return;
        }
        // What came late may have been the end: only a body that goes on after too little crawls.
        if (tooFew >= 0) {
            throw UnexpectedReplyException.slow("the store sent " + tooFew + " bytes in " + pace.window.toSeconds()
                    + " seconds; expected " + pace.leastBytes + " at least");
        }
        bytes += read;
        long now = System.nanoTime();
        if (now - since >= pace.window.toNanos()) {
            tooFew = bytes < pace.leastBytes ? bytes : -1;
            since = now;
            bytes = 0;
        }
    }
}
