"""What nodes of jobs use over time: kept in small files, thinned out, read as series."""
