<?php // PHPMailer. Arguments: host port mode user password from recipients file
require '/usr/share/php/libphp-phpmailer/autoload.php';
[, $host, $port, $mode, $user, $password, $from, $rcpts, $path] = $argv;
$m = new PHPMailer\PHPMailer\PHPMailer(true);
$m->isSMTP(); $m->SMTPDebug = 2; $m->Debugoutput = function ($line) { fwrite(STDERR, $line); }; $m->Host = $host; $m->Port = (int)$port; $m->SMTPAuth = true; $m->Username = $user; $m->Password = $password;
$m->SMTPSecure = $mode === 'tls' ? 'ssl' : 'tls'; $m->CharSet = 'UTF-8';
$m->SMTPOptions = ['ssl' => ['verify_peer' => false, 'verify_peer_name' => false, 'allow_self_signed' => true]];
$m->setFrom($from, 'Hofladen');
foreach (explode(',', $rcpts) as $r) { $m->addAddress($r); }
$m->Subject = getenv('SUBJECT');
$m->addCustomHeader('X-Test-Id', basename($path));
$m->Body = "Grüße from PHP\n";
if (filesize($path) > 1000000) { $m->addAttachment($path, 'big.bin'); }
try { $m->send(); } catch (Exception $e) { fwrite(STDERR, $m->ErrorInfo . ' ' . json_encode($m->getSMTPInstance()->getError())); exit(1); }
