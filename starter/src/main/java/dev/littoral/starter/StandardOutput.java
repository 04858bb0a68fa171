package dev.littoral.starter;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;

/** Standard output that keeps the reason why it could not be written. Nothing is written after the first failure. */
final class StandardOutput extends FileOutputStream {
    private IOException failure;

    StandardOutput() {
        super(FileDescriptor.out);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        if (failure != null) {
            return;
        }
        try {
            super.write(bytes, offset, length);
        } catch (IOException e) {
            failure = e;
            throw e;
        }
    }

    /** Why something could not be written, or null. A reader that stops early, such as {@code head}, is no failure. */
    String failure() {
        return failure == null || failure.getMessage().contains("pipe") ? null : failure.getMessage();
    }
}
