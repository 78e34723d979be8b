# Copied into every student's home, over the public skeleton.
alias ll='ls -l'
