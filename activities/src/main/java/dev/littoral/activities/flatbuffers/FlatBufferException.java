package dev.littoral.activities.flatbuffers;

import java.io.IOException;

/** Bytes that are not the FlatBuffers they should be. Its message goes on after "found". */
public final class FlatBufferException extends IOException {
    private static final long serialVersionUID = 1L;

    public FlatBufferException(String found) {
        super(found);
    }
}
