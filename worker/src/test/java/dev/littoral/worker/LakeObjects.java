package dev.littoral.worker;

import dev.littoral.activities.storage.s3.S3Uri;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.S3Object;

/** Objects in a store that is away at times: each request is repeated until the store says that it is done. */
record LakeObjects(S3Client client) {
    /** Stores an object, and returns its ETag without quotes. */
    String put(String address, byte[] body) {
        S3Uri at = S3Uri.parse(address);
        return insist(() -> client.putObject(
                                request -> request.bucket(at.bucket()).key(at.key()), RequestBody.fromBytes(body))
                        .eTag())
                .replace("\"", "");
    }

    /** An object that is there. */
    byte[] get(String address) {
        S3Uri at = S3Uri.parse(address);
        return insist(() -> client.getObjectAsBytes(
                        request -> request.bucket(at.bucket()).key(at.key()))
                .asByteArray());
    }

    void delete(String address) {
        S3Uri at = S3Uri.parse(address);
        insist(() -> client.deleteObject(request -> request.bucket(at.bucket()).key(at.key())));
    }

    /** The addresses of all objects below one, in order. */
    List<String> list(String address) {
        S3Uri at = S3Uri.parse(address);
        return insist(() ->
                client
                        .listObjectsV2Paginator(
                                request -> request.bucket(at.bucket()).prefix(at.key()))
                        .contents()
                        .stream()
                        .map(S3Object::key)
                        .sorted()
                        .map(key -> "s3://" + at.bucket() + "/" + key)
                        .toList());
    }

    /** The rows of Parquet files, by address, as DuckDB counts them. */
    Map<String, Long> countRows(List<String> addresses, Path scratch) throws Exception {
        Path copies = Files.createTempDirectory(scratch, "fresh-");
        Map<String, String> names = new TreeMap<>();
        for (String address : addresses) {
            Path copy = copies.resolve(names.size() + ".parquet");
            Files.write(copy, get(address));
            names.put(copy.toString(), address);
        }
        Map<String, Long> rows = new TreeMap<>();
        if (!names.isEmpty()) {
            Parquet.rows(copies).forEach((path, count) -> rows.put(names.get(path), count));
        }
        return rows;
    }

    private static <T> T insist(Supplier<T> request) {
        List<T> answer = new ArrayList<>();
        Following.await("the store", () -> {
            try {
                answer.add(request.get());
                return true;
            } catch (NoSuchKeyException missing) {
                throw missing;
            } catch (SdkException away) {
                return false;
            }
        });
        return answer.getFirst();
    }
}
