package main

import (
	"path"
	"strings"
)

// mimeTypes is by extension, from the registry of media types of IANA, as far
// as web sites use it. Package mime would add what the machine's own tables
// say, and the same file would have other types elsewhere.
var mimeTypes = map[string]string{
	".aac":   "audio/aac",
	".avif":  "image/avif",
	".bmp":   "image/bmp",
	".bz2":   "application/x-bzip2",
	".css":   "text/css; charset=utf-8",
	".csv":   "text/csv; charset=utf-8",
	".epub":  "application/epub+zip",
	".flac":  "audio/flac",
	".gif":   "image/gif",
	".gz":    "application/gzip",
	".htm":   "text/html; charset=utf-8",
	".html":  "text/html; charset=utf-8",
	".ico":   "image/vnd.microsoft.icon",
	".ics":   "text/calendar; charset=utf-8",
	".jpeg":  "image/jpeg",
	".jpg":   "image/jpeg",
	".js":    "text/javascript; charset=utf-8",
	".json":  "application/json",
	".m4a":   "audio/mp4",
	".md":    "text/markdown; charset=utf-8",
	".mjs":   "text/javascript; charset=utf-8",
	".mp3":   "audio/mpeg",
	".mp4":   "video/mp4",
	".oga":   "audio/ogg",
	".ogg":   "audio/ogg",
	".ogv":   "video/ogg",
	".otf":   "font/otf",
	".pdf":   "application/pdf",
	".png":   "image/png",
	".rss":   "application/rss+xml",
	".svg":   "image/svg+xml",
	".tar":   "application/x-tar",
	".tif":   "image/tiff",
	".tiff":  "image/tiff",
	".ttf":   "font/ttf",
	".txt":   "text/plain; charset=utf-8",
	".wasm":  "application/wasm",
	".wav":   "audio/wav",
	".webm":  "video/webm",
	".webp":  "image/webp",
	".woff":  "font/woff",
	".woff2": "font/woff2",
	".xhtml": "application/xhtml+xml",
	".xml":   "application/xml",
	".xz":    "application/x-xz",
	".zip":   "application/zip",
	".zst":   "application/zstd",
}

// mimeType never looks at a file's content: what a name promises is served, and
// clients are told not to guess either (X-Content-Type-Options).
func mimeType(name string) string {
	if t, ok := mimeTypes[strings.ToLower(path.Ext(name))]; ok {
		return t
	}
	return "application/octet-stream"
}

// compressible types are text under whatever name; the rest is mostly
// compressed already.
func compressible(mimeType string) bool {
	switch {
	case strings.HasPrefix(mimeType, "text/"), strings.HasSuffix(mimeType, "+xml"):
		return true
	}
	switch mimeType {
	case "application/json", "application/xml", "application/wasm", "font/otf", "font/ttf", "image/bmp", "image/vnd.microsoft.icon":
		return true
	}
	return false
}
