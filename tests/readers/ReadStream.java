import java.io.BufferedInputStream;
import java.io.FileInputStream;
import java.io.PrintStream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/** Reads archives from their beginning, as a stream, and prints archive, name, size and CRC-32 of each member. */
public class ReadStream {
    public static void main(String[] paths) throws Exception {
        PrintStream out = new PrintStream(System.out, false, "UTF-8");
        byte[] piece = new byte[1 << 16];
        for (String path : paths) {
            try (ZipInputStream zip = new ZipInputStream(new BufferedInputStream(new FileInputStream(path)))) {
                for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                    CRC32 checksum = new CRC32();
                    long size = 0;
                    for (int read = zip.read(piece); read > 0; read = zip.read(piece)) {
                        checksum.update(piece, 0, read);
                        size += read;
                    }
                    out.printf("%s\t%s\t%d\t%d%n", path, entry.getName(), size, checksum.getValue());
                }
            }
        }
        out.flush();
    }
}
