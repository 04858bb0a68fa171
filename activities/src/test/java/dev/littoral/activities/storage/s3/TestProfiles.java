package dev.littoral.activities.storage.s3;

import dev.littoral.activities.storage.StorageAccess;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import software.amazon.awssdk.profiles.ProfileFile;

/** Clients with profiles of a test's own. */
public final class TestProfiles {
    private TestProfiles() {}

    /** With a profile. */
    static StorageAccess access(String profile) {
        return new StorageAccess(profile, false, false);
    }

    /** Clients whose shared config file has the given text. */
    public static S3Clients clients(String config) {
        ProfileFile file = ProfileFile.builder()
                .content(new ByteArrayInputStream(config.getBytes(StandardCharsets.UTF_8)))
                .type(ProfileFile.Type.CONFIGURATION)
                .build();
        return new S3Clients(() -> file);
    }
}
