# Perl's Net::SMTP. Arguments: host port mode user password from recipients file
use strict; use warnings; use Net::SMTP;
my ($host, $port, $mode, $user, $password, $from, $rcpts, $path) = @ARGV;
my $s = Net::SMTP->new($host, Port => $port, SSL => ($mode eq "tls"), SSL_verify_mode => 0, Timeout => 15) or die "connect: $@";
if ($mode ne "tls") { $s->starttls(SSL_verify_mode => 0) or die "starttls: " . $s->message; }
sub check { my $ok = shift; die $s->code . " " . $s->message unless $ok; }
check($s->auth($user, $password));
check($s->mail($from));
check($s->to($_)) for split /,/, $rcpts;
check($s->data());
open my $f, "<:raw", $path or die $!;
my $m = do { local $/; <$f> }; $m =~ s/\r\n/\n/g;
check($s->datasend($m));
check($s->dataend());
$s->quit;
