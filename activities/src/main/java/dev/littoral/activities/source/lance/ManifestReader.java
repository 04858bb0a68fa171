package dev.littoral.activities.source.lance;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.littoral.activities.failure.FileChangedException;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.source.table.TableStorage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Reads manifests, in as much memory as one fragment takes. A manifest is the last section of its object, which ends
 * with the section's position, two numbers of a version and {@code LANC}. Safe for use by many threads.
 */
final class ManifestReader {
    /** Most manifests are in it whole. */
    private static final int TAIL = 64 << 10;

    private static final int TRAILER = 16;
    private static final int LENGTH = 4;
    private static final byte[] MAGIC = "LANC".getBytes(US_ASCII);

    /** Some millions of fragments. */
    private static final long MAX_MANIFEST = 1L << 30;

    private static final int STREAM_BUFFER = 64 << 10;

    /** Features of which a reader has to know; what they are about does not change which rows there are. */
    private static final long KNOWN_FLAGS = 0b111111;

    private static final int OVERLAYS = 1 << 6;
    private static final int MEMORY_LOG = 1 << 7;

    private final TableStorage storage;

    ManifestReader(TableStorage storage) {
        this.storage = storage;
    }

    /**
     * Reads a manifest.
     *
     * @param bytes the object's size
     * @param visitor gets each fragment as it is read, or null where they are passed over
     * @throws FileChangedException when it is gone
     * @throws LittoralException INPUT when it is damaged, or needs what is not known
     */
    Manifest read(String address, long bytes, Manifest.Visitor visitor)
            throws FileChangedException, InterruptedException {
        int length = (int) Math.min(TAIL, bytes);
        byte[] tail = storage.read(address, bytes, bytes - length, length);
        if (length < TRAILER + LENGTH || !Arrays.equals(MAGIC, Arrays.copyOfRange(tail, length - 4, length))) {
            throw damaged(address, "an object of " + bytes + " bytes that does not end as a manifest does");
        }
        ByteBuffer trailer = ByteBuffer.wrap(tail).order(ByteOrder.LITTLE_ENDIAN);
        long position = trailer.getLong(length - TRAILER);
        long size = bytes - TRAILER - LENGTH - position;
        if (position < 0 || size < 0) {
            throw damaged(address, "a position of " + position + " in an object of " + bytes + " bytes");
        }
        if (size > MAX_MANIFEST) {
            throw damaged(address, "a manifest of " + size + " bytes, where at most " + MAX_MANIFEST + " are read");
        }
        int at = (int) Math.max(-1, position - (bytes - length));
        Manifest manifest;
        try {
            if (position >= bytes - length) {
                checkLength(address, trailer.getInt(at), size);
                manifest = Manifest.read(CodedInputStream.newInstance(tail, at + LENGTH, (int) size), visitor);
            } else {
                RangeInputStream in = new RangeInputStream(storage, address, bytes, position, bytes - TRAILER);
                byte[] prefix = in.readNBytes(LENGTH);
                checkLength(
                        address,
                        ByteBuffer.wrap(prefix).order(ByteOrder.LITTLE_ENDIAN).getInt(),
                        size);
                manifest = Manifest.read(CodedInputStream.newInstance(in, STREAM_BUFFER), visitor);
            }
        } catch (RangeInputStream.ReadFailure e) {
            e.unwrap();
            throw new IllegalStateException(e);
        } catch (InvalidProtocolBufferException e) {
            throw damaged(address, e.getMessage());
        } catch (IOException e) {
            throw damaged(address, String.valueOf(e.getMessage()));
        }
        check(manifest);
        return manifest;
    }

    private void checkLength(String address, int found, long size) {
        if (found != size) {
            throw damaged(
                    address, "a manifest of " + Integer.toUnsignedString(found) + " bytes where " + size + " are left");
        }
    }

    private void check(Manifest manifest) {
        long unknown = manifest.readerFlags() & ~KNOWN_FLAGS;
        if (unknown != 0) {
            long lowest = Long.lowestOneBit(unknown);
            String name = lowest == OVERLAYS
                    ? "data overlay files (reader feature flag 64)"
                    : lowest == MEMORY_LOG
                            ? "an index of a write-ahead log (reader feature flag 128)"
                            : "reader feature flag " + Long.toUnsignedString(lowest);
            throw LittoralException.input("The Lance dataset " + storage.root() + " has " + name
                    + ", which is not supported; expected a version without it, such as an older one by"
                    + " \"at\"");
        }
        if (!manifest.isCounted()) {
            throw LittoralException.input("Version " + manifest.version() + " of the Lance dataset " + storage.root()
                    + " does not say which Lance wrote it, as one that counted rows wrong did not; expected a version"
                    + " of a later writer: let a current Lance compact the dataset");
        }
        if (!manifest.fileFormat().isEmpty() && !manifest.fileFormat().equals("lance")) {
            throw LittoralException.input("The Lance dataset " + storage.root() + " has data files of the format "
                    + manifest.fileFormat() + ", which is not supported; expected lance");
        }
    }

    private LittoralException damaged(String address, String found) {
        return damaged(storage, address, found);
    }

    /** What is said of a manifest that is not as it must be. */
    static LittoralException damaged(TableStorage storage, String address, String found) {
        return LittoralException.input("The manifest " + address + " of the Lance dataset " + storage.root()
                + " is damaged: found " + found + "; expected a manifest as Lance writes it: restore it, or serve"
                + " another version by \"at\"");
    }
}
