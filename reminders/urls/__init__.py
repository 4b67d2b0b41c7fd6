"""The addresses of the staff pages, by part of the site; `root` names them all."""
