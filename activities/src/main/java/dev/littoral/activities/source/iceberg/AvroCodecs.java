package dev.littoral.activities.source.iceberg;

import dev.littoral.activities.parquet.Snappy;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.zip.CRC32;
import org.apache.avro.file.Codec;
import org.apache.avro.file.CodecFactory;

/**
 * The codecs of manifests: Avro's library brings deflate, which Iceberg calls gzip, and Zstandard. Snappy is ours, and
 * those for which libraries are missing are refused by name.
 */
final class AvroCodecs {
    private AvroCodecs() {}

    /** What is said of a file that has another codec. */
    static String unknown(String codec) {
        return "it is compressed by " + codec
                + ", and gzip, snappy and zstd are known: rewrite the manifests with one of them";
    }

    static void register() {
        CodecFactory.addCodec("snappy", new CodecFactory() {
            @Override
            protected Codec createInstance() {
                return new SnappyBlocks();
            }
        });
        for (String name : new String[] {"bzip2", "xz"}) {
            CodecFactory.addCodec(name, new CodecFactory() {
                @Override
                protected Codec createInstance() {
                    throw new IllegalArgumentException(unknown(name));
                }
            });
        }
    }

    /** A block as Avro has it: Snappy, and the checksum of what was compressed. */
    private static final class SnappyBlocks extends Codec {
        private static final int CHECKSUM = 4;

        @Override
        public String getName() {
            return "snappy";
        }

        @Override
        public ByteBuffer compress(ByteBuffer data) {
            throw new UnsupportedOperationException("Tables are only read");
        }

        @Override
        public ByteBuffer decompress(ByteBuffer block) throws IOException {
            int length = block.remaining() - CHECKSUM;
            if (length < 1) {
                throw new IOException("a block in it has " + block.remaining() + " bytes, too few for Snappy");
            }
            byte[] bytes = new byte[block.remaining()];
            block.duplicate().get(bytes);
            byte[] plain;
            try {
                plain = Snappy.decompress(bytes, 0, length, AvroLimits.PLAIN_BYTES);
            } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
                throw new IOException("a block in it is no Snappy", e);
            }
            CRC32 checksum = new CRC32();
            checksum.update(plain);
            if ((int) checksum.getValue()
                    != ByteBuffer.wrap(bytes, length, CHECKSUM).getInt()) {
                throw new IOException("a block in it has another checksum than its content");
            }
            return ByteBuffer.wrap(plain);
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof SnappyBlocks;
        }

        @Override
        public int hashCode() {
            return Objects.hash(getName());
        }
    }
}
