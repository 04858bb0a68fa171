package dev.littoral.activities.balance;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Pins the rule: a change of it, meant or not, shows here, as it decides what is indexed anew. One that is meant comes
 * with what {@link BalanceTracesTest} measures, and with these digests of what the rule then does.
 */
class BalanceRecordTest {
    @ParameterizedTest
    @CsvSource({
        "TINY, 6abee0bcf8fd9520",
        "MEDIUM, 8b8ad94e23f13637",
        "TENTH, 4b967b32fa6be70c",
        "BROAD, d34c9430933ef33c",
        "LARGE, a0b370578c0cfc9f"
    })
    void theSameChangesAreBalancedAsTheyWere(Lake.Files shape, String digest) throws Exception {
        MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
        Lake lake = new Lake(1, shape, (in, change, target, firstId) -> {
            Balance balance = Balancer.balance(in, change, target, firstId);
            ByteBuffer bytes = ByteBuffer.allocate(8 * (in.size() + 2));
            for (long segment : balance.segment()) {
                bytes.putLong(segment);
            }
            sha256.update(bytes.putLong(balance.newSegments())
                    .putLong(balance.newRows())
                    .array());
            return balance;
        });
        for (int i = 0; i < 12; i++) {
            lake.append(0.3 + 0.2 * i);
            lake.commit(true);
        }
        for (int i = 0; i < 120; i++) {
            int folder = 7 * i % lake.folders();
            switch (i % 8) {
                case 0 -> lake.append(0.1 + 0.03 * i);
                case 1, 2 -> lake.overwriteFile();
                case 3 -> lake.overwrite(folder, 1.25);
                case 4 -> lake.compact(folder);
                case 5 -> lake.drop(folder);
                default -> {
                    // A trickle, each drop of it committed, leaves many small segments.
                    for (int drop = 0; drop < 12; drop++) {
                        lake.drip(folder, 0.005 * (1 + i % 5) * (1 + drop % 3));
                        lake.commit(true);
                    }
                }
            }
            lake.commit(true);
        }
        assertThat(HexFormat.of().formatHex(sha256.digest(), 0, 8)).isEqualTo(digest);
    }
}
