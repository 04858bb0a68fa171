package dev.littoral.activities.source.iceberg;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;
import org.apache.avro.file.CodecFactory;
import org.apache.avro.file.DataFileStream;
import org.apache.avro.file.DataFileWriter;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.iceberg.ManifestFile;

/** Avro files written anew with other records, or with another codec. */
final class AvroFiles {
    private AvroFiles() {}

    /** The manifests of a table's snapshot, and the list of them, in place. */
    static void recode(WrittenTable table, CodecFactory codec, Consumer<GenericRecord> change) throws IOException {
        List<Long> lengths = new ArrayList<>();
        for (ManifestFile manifest :
                table.table().currentSnapshot().allManifests(table.table().io())) {
            byte[] recoded = recoded(Files.readAllBytes(Path.of(manifest.path())), codec, change);
            Files.write(Path.of(manifest.path()), recoded);
            lengths.add((long) recoded.length);
        }
        Path list = Path.of(table.table().currentSnapshot().manifestListLocation());
        Iterator<Long> next = lengths.iterator();
        Files.write(list, recoded(Files.readAllBytes(list), codec, entry -> entry.put("manifest_length", next.next())));
    }

    static byte[] recoded(byte[] avro, CodecFactory codec, Consumer<GenericRecord> change) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataFileStream<GenericRecord> in =
                        new DataFileStream<>(new ByteArrayInputStream(avro), new GenericDatumReader<>());
                DataFileWriter<GenericRecord> out = new DataFileWriter<>(new GenericDatumWriter<>())) {
            out.setCodec(codec);
            for (String key : in.getMetaKeys()) {
                if (!DataFileWriter.isReservedMeta(key)) {
                    out.setMeta(key, in.getMeta(key));
                }
            }
            out.create(in.getSchema(), bytes);
            for (GenericRecord each : in) {
                change.accept(each);
                out.append(each);
            }
        }
        return bytes.toByteArray();
    }
}
