package main

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"syscall"
)

// root is the folder that is served: absolute, and without symbolic links.
type root string

func newRoot(dir string) (root, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	if dir, err = filepath.EvalSymlinks(dir); err != nil {
		return "", err
	}
	info, err := os.Stat(dir)
	if err != nil {
		return "", err
	}
	if !info.IsDir() {
		return "", &fs.PathError{Op: "serve", Path: dir, Err: syscall.ENOTDIR}
	}
	return root(dir), nil
}

// climbs is true of a decoded URL path that no honest client sends: one that
// does not begin at the root, that goes up, or that holds a NUL.
func climbs(urlPath string) bool {
	if !strings.HasPrefix(urlPath, "/") || strings.ContainsRune(urlPath, 0) {
		return true
	}
	for _, segment := range strings.Split(urlPath, "/") {
		if segment == ".." {
			return true
		}
	}
	return false
}

// hidden is true of a path with a segment that begins with a dot, but for
// /.well-known at its very beginning (RFC 8615).
func hidden(slashPath string) bool {
	for i, segment := range strings.Split(strings.TrimPrefix(slashPath, "/"), "/") {
		if strings.HasPrefix(segment, ".") && segment != "." && !(i == 0 && segment == ".well-known") {
			return true
		}
	}
	return false
}

// open opens what a URL path, decoded, stands for: a regular file or a folder
// within the root. A path that leads out of it, by symbolic links too, or to
// what is hidden or is no file, does not exist. The caller closes the file.
//
// One race is left: between the check and the opening, who may write in the
// folder can put a symbolic link in the place of a folder on the way (of the
// last element he cannot: O_NOFOLLOW). Whoever is let write there must be
// trusted with what this process can read. Go has had os.Root against that
// since 1.24; this program keeps to 1.21.
func (r root) open(urlPath string) (*os.File, fs.FileInfo, error) {
	real, err := r.resolve(urlPath)
	if err != nil {
		return nil, nil, err
	}
	// O_NONBLOCK: opening a named pipe must not wait for its other end.
	file, err := os.OpenFile(real, os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, nil, err
	}
	info, err := file.Stat()
	if err == nil && !info.IsDir() && (!info.Mode().IsRegular() || strings.HasSuffix(urlPath, "/")) {
		err = fs.ErrNotExist
	}
	if err != nil {
		file.Close()
		return nil, nil, err
	}
	return file, info, nil
}

// resolve gives the path in the file system, free of symbolic links.
func (r root) resolve(urlPath string) (string, error) {
	if climbs(urlPath) || hidden(urlPath) {
		return "", fs.ErrNotExist
	}
	real, err := filepath.EvalSymlinks(filepath.Join(string(r), filepath.FromSlash(path.Clean(urlPath))))
	var inPath *fs.PathError
	if err != nil && !errors.As(err, &inPath) {
		return "", fs.ErrNotExist // links in a circle, the one error that is no PathError
	}
	if err != nil {
		return "", err
	}
	within, err := filepath.Rel(string(r), real)
	if err != nil {
		return "", err
	}
	if !filepath.IsLocal(within) || hidden(filepath.ToSlash(within)) {
		return "", fs.ErrNotExist
	}
	return real, nil
}

// missing is true of the errors that mean that there is no such file, or none
// that we say exists. ENXIO is what opening a socket gives.
func missing(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) || errors.Is(err, syscall.ELOOP) ||
		errors.Is(err, syscall.ENAMETOOLONG) || errors.Is(err, syscall.ENXIO)
}
