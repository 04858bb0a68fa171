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
        "TINY, 0, 6abee0bcf8fd9520",
        "MEDIUM, 0, 8b8ad94e23f13637",
        "TENTH, 0, 4b967b32fa6be70c",
        "BROAD, 0, d34c9430933ef33c",
        "LARGE, 0, a0b370578c0cfc9f",
        "MEDIUM, 0.3, 98ba1d4bd14c0004",
        "BROAD, 0.3, ddf9c1cd4f038b1d"
    })
    void theSameChangesAreBalancedAsTheyWere(Lake.Files shape, double maxDeadShare, String digest) throws Exception {
        MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
        Lake lake = new Lake(1, shape, maxDeadShare, (in, change, target, firstId) -> {
            Balance balance = Balancer.balance(in, change, target, maxDeadShare, firstId);
            ByteBuffer bytes = ByteBuffer.allocate(8 * (in.size() + 2));
            for (int i = 0; i < in.size(); i++) {
                if (in.rows()[i] > 0) {
                    bytes.putLong(balance.segment()[i]);
                }
            }
            bytes.putLong(balance.newSegments()).putLong(balance.newRows());
            sha256.update(bytes.flip());
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
